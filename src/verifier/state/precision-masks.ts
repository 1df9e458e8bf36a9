/** Which registers and stack slots of each frame are looked for while walking a path backwards. */
export interface PrecisionMasks {
  frame: number
  readonly registers: number[]
  readonly slots: bigint[]
}

const MOST_FRAMES = 8

export function newMasks(): PrecisionMasks {
  return {
    frame: 0,
    registers: new Array(MOST_FRAMES).fill(0),
    slots: new Array(MOST_FRAMES).fill(0n),
  }
}

export function startMasks(masks: PrecisionMasks, frame: number): void {
  masks.frame = frame
}

export function clearMasks(masks: PrecisionMasks): void {
  masks.frame = 0
  masks.registers.fill(0)
  masks.slots.fill(0n)
}

export function wantsNothing(masks: PrecisionMasks): boolean {
  for (let frame = 0; frame <= masks.frame; frame++)
    if (masks.registers[frame] !== 0 || masks.slots[frame] !== 0n) return false
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
  masks.slots[frame] = masks.slots[frame]! | (1n << BigInt(slot))
}

export function dropSlot(masks: PrecisionMasks, frame: number, slot: number): void {
  masks.slots[frame] = masks.slots[frame]! & ~(1n << BigInt(slot))
}

export function wantsSlot(masks: PrecisionMasks, frame: number, slot: number): boolean {
  return ((masks.slots[frame]! >> BigInt(slot)) & 1n) === 1n
}

/** The arguments of calls. */
const ARGUMENTS = 0b111110

export function wantsArguments(masks: PrecisionMasks): boolean {
  return (masks.registers[masks.frame]! & ARGUMENTS) !== 0
}

export function wantsOnlyArguments(masks: PrecisionMasks): boolean {
  return (masks.registers[masks.frame]! & ~ARGUMENTS) === 0 && masks.slots[masks.frame] === 0n
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
export function slotsText(mask: bigint): string {
  const list: string[] = []
  for (let slot = 0; slot < 64; slot++) if ((mask >> BigInt(slot)) & 1n) list.push(`${-(slot + 1) * 8}`)
  return list.join(",")
}
