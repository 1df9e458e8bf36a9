import type { Operand } from "../../../isa/index.ts"
import type { Random } from "../random-program.ts"
import {
  immediate,
  type Label,
  type ProgramWriter,
  register,
  type Size,
  type Width,
} from "./program-writer.ts"

/** A function that others may call. */
export interface Callee {
  readonly label: Label
  /** Its r1 must be a pointer to 16 bytes, which it reads and writes. */
  readonly takesPointer: boolean
}

/** What one function is written with. */
export interface Scope {
  readonly random: Random
  readonly writer: ProgramWriter
  /** Functions that this one may call: those behind it, so that calls end. */
  readonly callees: readonly Callee[]
  readonly self: Label
  /** The function's last instructions. */
  readonly out: Label
  /** Registers that the surrounding fragments need. */
  readonly reserved: Set<number>
  /** Slots of the frame (8 bytes each, 1 is at r10 - 8) that the surrounding fragments need. */
  readonly reservedSlots: Set<number>
  /** How often the code here runs at most, as far as loops say. */
  repeats: number
  /** Writes fragments of any kind. */
  body(fragments: number): void
}

export const SIZES = [1, 2, 4, 8] as const
const SMALL = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 255] as const
const LARGE = [-1, -2, -8, -128, -512, 0x7fff, 0xffff, 0x7fff_ffff, -0x8000_0000, 0x1234_5678] as const
const WIDE = [
  0n,
  1n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x1_0000_0001n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0x8000_0000n,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_fff8n,
  0xffff_ffff_ffff_ffffn,
  0xdead_beef_1234_5678n,
] as const

/** A register to write to. */
export function anyTarget({ random, reserved }: Scope): number {
  for (;;) {
    const number = random.below(10)
    if (!reserved.has(number)) return number
  }
}

/** Different registers to write to; they are few when loops nest. */
export function targets(scope: Scope, count: number): number[] {
  const free = Array.from({ length: 10 }, (_, number) => number).filter(number => !scope.reserved.has(number))
  const chosen: number[] = []
  while (chosen.length < count) {
    const [number] = free.splice(scope.random.below(free.length), 1)
    if (number === undefined) throw new Error("BUG: no register is left")
    chosen.push(number)
  }
  return chosen
}

export function anySource({ random }: Scope): number {
  return random.below(11)
}

export function anyImmediate({ random }: Scope): number {
  if (random.chance(3)) return random.below(1 << 16) - 0x8000
  return random.pick(random.chance(2) ? SMALL : LARGE)
}

export function anyOperand(scope: Scope): Operand {
  return scope.random.chance(2) ? register(anySource(scope)) : immediate(anyImmediate(scope))
}

export function anyWide({ random }: Scope): bigint {
  return BigInt.asUintN(64, random.pick(WIDE) + BigInt(random.below(5) - 2))
}

export function anyWidth({ random }: Scope): Width {
  return random.pick([32, 64])
}

export function anySize({ random }: Scope): Size {
  return random.pick(SIZES)
}

/** An offset from r10 of `size` bytes within the frame, in slots that are free; mostly near the top, so that accesses overlap. */
export function frameOffset({ random, reservedSlots }: Scope, size: Size): number {
  for (;;) {
    const slot = 1 + random.below(random.chance(4) ? 60 : 8)
    const skew = size === 8 ? (random.chance(6) ? random.below(8) : 0) : random.below(9 - size)
    const offset = -8 * slot + skew
    if (offset + size > 0) continue
    const last = Math.ceil(-(offset + size - 1) / 8)
    if (!reservedSlots.has(slot) && !reservedSlots.has(last)) return offset
  }
}

/** A slot of the frame for the surrounding code. */
export function reserveSlot(scope: Scope): number {
  for (;;) {
    const slot = 1 + scope.random.below(24)
    if (scope.reservedSlots.has(slot)) continue
    scope.reservedSlots.add(slot)
    return slot
  }
}
