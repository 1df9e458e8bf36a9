import type { Scalar } from "./scalar.ts"
import { isKnown, isKnownLow } from "./scalar.ts"
import { LOW32, low32 } from "./wide.ts"

/** Bits 4 to 7 of conditional jumps. UNSET is no opcode: it stands for the way on which JSET did not jump. */
export const CONDITION = {
  EQ: 0x10,
  GT: 0x20,
  GE: 0x30,
  SET: 0x40,
  NE: 0x50,
  SGT: 0x60,
  SGE: 0x70,
  LT: 0xa0,
  LE: 0xb0,
  SLT: 0xc0,
  SLE: 0xd0,
  UNSET: 0x48,
} as const

const OPPOSITE: Readonly<Record<number, number>> = {
  [CONDITION.EQ]: CONDITION.NE,
  [CONDITION.NE]: CONDITION.EQ,
  [CONDITION.GT]: CONDITION.LE,
  [CONDITION.GE]: CONDITION.LT,
  [CONDITION.LT]: CONDITION.GE,
  [CONDITION.LE]: CONDITION.GT,
  [CONDITION.SGT]: CONDITION.SLE,
  [CONDITION.SGE]: CONDITION.SLT,
  [CONDITION.SLT]: CONDITION.SGE,
  [CONDITION.SLE]: CONDITION.SGT,
  [CONDITION.SET]: CONDITION.UNSET,
  [CONDITION.UNSET]: CONDITION.SET,
}

const FLIPPED: Readonly<Record<number, number>> = {
  [CONDITION.GT]: CONDITION.LT,
  [CONDITION.GE]: CONDITION.LE,
  [CONDITION.LT]: CONDITION.GT,
  [CONDITION.LE]: CONDITION.GE,
  [CONDITION.SGT]: CONDITION.SLT,
  [CONDITION.SGE]: CONDITION.SLE,
  [CONDITION.SLT]: CONDITION.SGT,
  [CONDITION.SLE]: CONDITION.SGE,
}

/** The condition that holds where this one does not. */
export function oppositeOf(condition: number): number {
  return OPPOSITE[condition]!
}

/** The same condition with its operands exchanged. */
export function flipped(condition: number): number {
  return FLIPPED[condition] ?? condition
}

/** Whether a jump on two numbers is taken always (true), never (false), or sometimes (undefined). */
export function isTaken(condition: number, a: Scalar, b: Scalar, narrow: boolean): boolean | undefined {
  switch (condition) {
    case CONDITION.EQ:
      return equal(a, b, narrow)
    case CONDITION.NE: {
      const same = equal(a, b, narrow)
      return same === undefined ? undefined : !same
    }
    case CONDITION.SET:
      return anyBit(a, b, narrow)
    case CONDITION.GT:
      return narrow ? above(a.u32min, a.u32max, b.u32min, b.u32max) : above(a.umin, a.umax, b.umin, b.umax)
    case CONDITION.SGT:
      return narrow ? above(a.s32min, a.s32max, b.s32min, b.s32max) : above(a.smin, a.smax, b.smin, b.smax)
    case CONDITION.LT:
      return isTaken(CONDITION.GT, b, a, narrow)
    case CONDITION.SLT:
      return isTaken(CONDITION.SGT, b, a, narrow)
    case CONDITION.GE:
      return not(isTaken(CONDITION.GT, b, a, narrow))
    case CONDITION.SGE:
      return not(isTaken(CONDITION.SGT, b, a, narrow))
    case CONDITION.LE:
      return not(isTaken(CONDITION.GT, a, b, narrow))
    case CONDITION.SLE:
      return not(isTaken(CONDITION.SGT, a, b, narrow))
    default:
      return undefined
  }
}

function not(answer: boolean | undefined): boolean | undefined {
  return answer === undefined ? undefined : !answer
}

function above<N extends number | bigint>(amin: N, amax: N, bmin: N, bmax: N): boolean | undefined {
  if (amin > bmax) return true
  if (amax <= bmin) return false
  return undefined
}

function equal(a: Scalar, b: Scalar, narrow: boolean): boolean | undefined {
  // A bit that is known on both sides tells two values apart.
  const apart = (a.bits.value ^ b.bits.value) & ~(a.bits.mask | b.bits.mask)
  if (narrow) {
    if (isKnownLow(a) && isKnownLow(b)) return low32(a.bits.value) === low32(b.bits.value)
    return apart & LOW32 || apart32(a, b) ? false : undefined
  }
  if (isKnown(a) && isKnown(b)) return a.bits.value === b.bits.value
  if (apart) return false
  if (a.umin > b.umax || a.umax < b.umin || a.smin > b.smax || a.smax < b.smin) return false
  return apart32(a, b) ? false : undefined
}

function apart32(a: Scalar, b: Scalar): boolean {
  return a.u32min > b.u32max || a.u32max < b.u32min || a.s32min > b.s32max || a.s32max < b.s32min
}

function anyBit(first: Scalar, second: Scalar, narrow: boolean): boolean | undefined {
  const known = narrow ? isKnownLow : isKnown
  const [a, b] = known(second) ? [first, second] : [second, first]
  if (!known(b)) return undefined
  const half = narrow ? LOW32 : -1n
  const tested = b.bits.value & half
  if (a.bits.value & ~a.bits.mask & tested) return true
  if (((a.bits.value | a.bits.mask) & half & tested) === 0n) return false
  return undefined
}
