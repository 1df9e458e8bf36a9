import type { Scalar } from "./scalar.ts"
import { isKnown, isKnownLow } from "./scalar.ts"
import { below, below32, belowSigned } from "./wide.ts"

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
    case CONDITION.NE:
      return not(equal(a, b, narrow))
    case CONDITION.SET:
      return anyBit(a, b, narrow)
    case CONDITION.GT:
      return narrow ? above32(a, b) : above(a, b)
    case CONDITION.SGT:
      return narrow ? aboveSigned32(a, b) : aboveSigned(a, b)
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

function above(a: Scalar, b: Scalar): boolean | undefined {
  if (below(b.umaxHigh, b.umaxLow, a.uminHigh, a.uminLow)) return true
  return below(b.uminHigh, b.uminLow, a.umaxHigh, a.umaxLow) ? undefined : false
}

function aboveSigned(a: Scalar, b: Scalar): boolean | undefined {
  if (belowSigned(b.smaxHigh, b.smaxLow, a.sminHigh, a.sminLow)) return true
  return belowSigned(b.sminHigh, b.sminLow, a.smaxHigh, a.smaxLow) ? undefined : false
}

function above32(a: Scalar, b: Scalar): boolean | undefined {
  if (below32(b.u32maxWord, a.u32minWord)) return true
  return below32(b.u32minWord, a.u32maxWord) ? undefined : false
}

function aboveSigned32(a: Scalar, b: Scalar): boolean | undefined {
  if (a.s32min > b.s32max) return true
  return a.s32max > b.s32min ? undefined : false
}

function equal(a: Scalar, b: Scalar, narrow: boolean): boolean | undefined {
  // A bit that is known on both sides tells two values apart.
  const apartLow = (a.valueLow ^ b.valueLow) & ~(a.maskLow | b.maskLow)
  if (narrow) {
    if (isKnownLow(a) && isKnownLow(b)) return a.valueLow === b.valueLow
    return apartLow !== 0 || apart32(a, b) ? false : undefined
  }
  if (isKnown(a) && isKnown(b)) return a.valueLow === b.valueLow && a.valueHigh === b.valueHigh
  const apartHigh = (a.valueHigh ^ b.valueHigh) & ~(a.maskHigh | b.maskHigh)
  if (apartLow !== 0 || apartHigh !== 0) return false
  if (above(a, b) || above(b, a) || aboveSigned(a, b) || aboveSigned(b, a)) return false
  return apart32(a, b) ? false : undefined
}

function apart32(a: Scalar, b: Scalar): boolean {
  return (
    below32(b.u32maxWord, a.u32minWord) ||
    below32(a.u32maxWord, b.u32minWord) ||
    a.s32min > b.s32max ||
    a.s32max < b.s32min
  )
}

function anyBit(first: Scalar, second: Scalar, narrow: boolean): boolean | undefined {
  const known = narrow ? isKnownLow : isKnown
  const [a, b] = known(second) ? [first, second] : [second, first]
  if (!known(b)) return undefined
  const high = narrow ? 0 : b.valueHigh
  const low = b.valueLow
  if ((a.valueHigh & ~a.maskHigh & high) !== 0 || (a.valueLow & ~a.maskLow & low) !== 0) return true
  const may = ((a.valueHigh | a.maskHigh) & high) | ((a.valueLow | a.maskLow) & low)
  return may === 0 ? false : undefined
}
