import { CONDITION, flipped } from "./compare.ts"
import { type BranchKnowledge, noBit, someBit } from "./refine.ts"
import { become, type Draft, draft, isKnown, isKnownLow, type Scalar } from "./scalar.ts"
import {
  lowerSmax,
  lowerUmax,
  meetBits,
  narrowSigned32,
  narrowUnsigned32,
  raiseSmin,
  raiseUmin,
} from "./sync.ts"
import { narrowFromWide, syncEarly, wideFromNarrow } from "./sync-early.ts"
import { borrowedHigh, carriedHigh, S32_MAX, S32_MIN } from "./wide.ts"

/**
 * What a jump told before 6.8: of a number that is compared with a constant, and of two numbers that are equal.
 */
export function refineBranchEarly(condition: number, a: Scalar, b: Scalar, narrow: boolean): BranchKnowledge {
  const known = (s: Scalar) => isKnown(s) || (narrow && isKnownLow(s))
  if (known(b)) {
    const [yes, no] = compared(condition, a, b, narrow)
    return { taken: { a: yes, b }, through: { a: no, b } }
  }
  if (known(a)) {
    const [yes, no] = compared(flipped(condition), b, a, narrow)
    return { taken: { a, b: yes }, through: { a, b: no } }
  }
  const same = { a, b }
  if (narrow) return { taken: same, through: same }
  if (condition === CONDITION.EQ) return { taken: equal(a, b), through: same }
  if (condition === CONDITION.NE) return { taken: same, through: equal(a, b) }
  return { taken: same, through: same }
}

function equal(a: Scalar, b: Scalar): { a: Scalar; b: Scalar } {
  return { a: met(a, b), b: met(b, a) }
}

/** The 64-bit parts of both, and the first one's own low half. */
function met(a: Scalar, b: Scalar): Scalar {
  const d = draft(a)
  raiseUmin(d, b.uminHigh, b.uminLow)
  lowerUmax(d, b.umaxHigh, b.umaxLow)
  raiseSmin(d, b.sminHigh, b.sminLow)
  lowerSmax(d, b.smaxHigh, b.smaxLow)
  meetBits(d, b)
  return syncEarly(d)
}

/** The number on both ways: where the condition holds, and where it does not. */
function compared(condition: number, number: Scalar, fixed: Scalar, narrow: boolean): [Scalar, Scalar] {
  const yes = draft(number)
  const no = draft(number)
  const { valueHigh: high, valueLow: low } = fixed
  const finish = narrow ? wideFromNarrow : narrowFromWide
  switch (condition) {
    case CONDITION.EQ:
      fix(yes, high, low, narrow)
      break
    case CONDITION.NE:
      fix(no, high, low, narrow)
      break
    case CONDITION.SET:
      someBit(yes, narrow ? 0 : high, low)
      noBit(no, narrow ? 0 : high, low)
      break
    case CONDITION.GT:
      if (narrow) bounds32(no, yes, low, low + 1)
      else bounds64(no, yes, [high, low], next(high, low))
      break
    case CONDITION.GE:
      if (narrow) bounds32(no, yes, low - 1, low)
      else bounds64(no, yes, last(high, low), [high, low])
      break
    case CONDITION.LT:
      if (narrow) bounds32(yes, no, low - 1, low)
      else bounds64(yes, no, last(high, low), [high, low])
      break
    case CONDITION.LE:
      if (narrow) bounds32(yes, no, low, low + 1)
      else bounds64(yes, no, [high, low], next(high, low))
      break
    case CONDITION.SGT:
      if (narrow) signed32(no, yes, low, low + 1)
      else signed64(no, yes, [high, low], next(high, low))
      break
    case CONDITION.SGE:
      if (narrow) signed32(no, yes, low - 1, low)
      else signed64(no, yes, last(high, low), [high, low])
      break
    case CONDITION.SLT:
      if (narrow) signed32(yes, no, low - 1, low)
      else signed64(yes, no, last(high, low), [high, low])
      break
    case CONDITION.SLE:
      if (narrow) signed32(yes, no, low, low + 1)
      else signed64(yes, no, [high, low], next(high, low))
      break
    default:
      return [number, number]
  }
  return [finish(yes), finish(no)]
}

type Words = readonly [high: number, low: number]

function next(high: number, low: number): Words {
  const sum = (low + 1) | 0
  return [carriedHigh(high, low, 0, sum), sum]
}

function last(high: number, low: number): Words {
  return [borrowedHigh(high, low, 0, 1), (low - 1) | 0]
}

function fix(d: Draft, high: number, low: number, narrow: boolean): void {
  if (!narrow) {
    become(d, high, low)
    return
  }
  d.valueLow = d.u32minWord = d.u32maxWord = d.s32min = d.s32max = low
  d.maskLow = 0
}

function bounds32(lower: Draft, upper: Draft, max: number, min: number): void {
  narrowUnsigned32(lower, 0, max | 0)
  narrowUnsigned32(upper, min | 0, -1)
}

function signed32(lower: Draft, upper: Draft, max: number, min: number): void {
  narrowSigned32(lower, S32_MIN, max | 0)
  narrowSigned32(upper, min | 0, S32_MAX)
}

function bounds64(lower: Draft, upper: Draft, max: Words, min: Words): void {
  lowerUmax(lower, ...max)
  raiseUmin(upper, ...min)
}

function signed64(lower: Draft, upper: Draft, max: Words, min: Words): void {
  lowerSmax(lower, ...max)
  raiseSmin(upper, ...min)
}
