/** Which registers and stack slots of each frame are looked for while walking a path backwards. */
export interface PrecisionMasks {
  frame: number
  /** One bit a register, one number a frame. */
  readonly registers: number[]
  /** One bit a slot, two numbers a frame: slots 0 to 31, then 32 to 63. */
  readonly slots: number[]
}

const MOST_FRAMES = 8

export function newMasks(): PrecisionMasks {
  return {
    frame: 0,
    registers: new Array(MOST_FRAMES).fill(0),
    slots: new Array(MOST_FRAMES * 2).fill(0),
  }
}

export function startMasks(masks: PrecisionMasks, frame: number): void {
  masks.frame = frame
}

export function clearMasks(masks: PrecisionMasks): void {
  for (let frame = 0; frame < MOST_FRAMES; frame++) {
    masks.registers[frame] = 0
    masks.slots[2 * frame] = 0
    masks.slots[2 * frame + 1] = 0
  }
  masks.frame = 0
}

export function wantsNothing(masks: PrecisionMasks): boolean {
  for (let frame = 0; frame <= masks.frame; frame++)
    if (masks.registers[frame] !== 0 || wantsSlots(masks, frame)) return false
  return true
}

export function wantRegister(masks: PrecisionMasks, register: number, frame = masks.frame): void {
  masks.registers[frame] = masks.registers[frame]! | (1 << register)
}

export function dropRegister(masks: PrecisionMasks, register: number, frame = masks.frame): void {
  masks.registers[frame] = masks.registers[frame]! & ~(1 << register)
}

export function wantsRegister(masks: PrecisionMasks, register: number, frame = masks.frame): boolean {
  return ((masks.registers[frame]! >> register) & 1) === 1
}

export function wantSlot(masks: PrecisionMasks, frame: number, slot: number): void {
  const half = 2 * frame + (slot >> 5)
  masks.slots[half] = masks.slots[half]! | (1 << slot)
}

export function dropSlot(masks: PrecisionMasks, frame: number, slot: number): void {
  const half = 2 * frame + (slot >> 5)
  masks.slots[half] = masks.slots[half]! & ~(1 << slot)
}

export function wantsSlot(masks: PrecisionMasks, frame: number, slot: number): boolean {
  return ((masks.slots[2 * frame + (slot >> 5)]! >>> slot) & 1) === 1
}

export function wantsSlots(masks: PrecisionMasks, frame: number): boolean {
  return masks.slots[2 * frame] !== 0 || masks.slots[2 * frame + 1] !== 0
}

/** The arguments of calls. */
const ARGUMENTS = 0b111110

export function wantsArguments(masks: PrecisionMasks): boolean {
  return (masks.registers[masks.frame]! & ARGUMENTS) !== 0
}

export function dropArguments(masks: PrecisionMasks): void {
  masks.registers[masks.frame] = masks.registers[masks.frame]! & ~ARGUMENTS
}

/** "r0,r6" */
export function registersText(mask: number): string {
  const list: string[] = []
  for (let r = 0; r < 32; r++) if ((mask >> r) & 1) list.push(`r${r}`)
  return list.join(",")
}

/** "-8,-24" */
export function slotsText(masks: PrecisionMasks, frame: number): string {
  const list: string[] = []
  for (let slot = 0; slot < 64; slot++) if (wantsSlot(masks, frame, slot)) list.push(`${-(slot + 1) * 8}`)
  return list.join(",")
}
