import { meetLow } from "./bits.ts"
import { CONDITION, flipped, oppositeOf } from "./compare.ts"
import { type Draft, draft, forget32, forget64, isKnown, isKnownLow, type Scalar } from "./scalar.ts"
import {
  lowerSmax,
  lowerUmax,
  meetBits,
  narrowSigned32,
  narrowUnsigned32,
  raiseSmin,
  raiseUmin,
  sync,
} from "./sync.ts"
import { below32, borrowedHigh, carriedHigh, S32_MAX, S32_MIN } from "./wide.ts"

/** The two operands of a jump as they are known on one way out of it. */
export interface Refined {
  readonly a: Scalar
  readonly b: Scalar
}

/**
 * What `a condition b` holding tells of both. Each range loses only values for which no partner in the other's
 * range would make the condition hold. `isSame`: both are one register, of which both sides are told.
 */
export function refine(condition: number, a: Scalar, b: Scalar, narrow: boolean, isSame = false): Refined {
  const left = draft(a)
  const right = isSame ? left : draft(b)
  narrowBoth(condition, left, right, narrow)
  const known = sync(left)
  return { a: known, b: isSame ? known : sync(right) }
}

/** Both ways out of a jump. */
export interface BranchKnowledge {
  readonly taken: Refined
  readonly through: Refined
}

export function refineBranch(
  condition: number,
  a: Scalar,
  b: Scalar,
  narrow: boolean,
  isSame = false,
): BranchKnowledge {
  return {
    through: refine(oppositeOf(condition), a, b, narrow, isSame),
    taken: refine(condition, a, b, narrow, isSame),
  }
}

function narrowBoth(condition: number, a: Draft, b: Draft, narrow: boolean): void {
  switch (condition) {
    case CONDITION.EQ:
      if (narrow) equal32(a, b)
      else equal64(a, b)
      break
    case CONDITION.NE:
      withConstant(a, b, narrow, differ)
      break
    case CONDITION.SET:
      withConstant(a, b, narrow, someBit)
      break
    case CONDITION.UNSET:
      withConstant(a, b, narrow, noBit)
      break
    case CONDITION.LE:
    case CONDITION.LT:
      if (narrow) less32(a, b, condition === CONDITION.LT ? 1 : 0)
      else less64(a, b, condition === CONDITION.LT ? 1 : 0)
      break
    case CONDITION.SLE:
    case CONDITION.SLT:
      if (narrow) lessSigned32(a, b, condition === CONDITION.SLT ? 1 : 0)
      else lessSigned64(a, b, condition === CONDITION.SLT ? 1 : 0)
      break
    case CONDITION.GE:
    case CONDITION.GT:
    case CONDITION.SGE:
    case CONDITION.SGT:
      narrowBoth(flipped(condition), b, a, narrow)
  }
}

/** `a + distance <= b`, where the distance is 0 or 1. */
function less32(a: Draft, b: Draft, distance: number): void {
  const max = (b.u32maxWord - distance) | 0
  const min = (a.u32minWord + distance) | 0
  if (below32(max, a.u32maxWord)) a.u32maxWord = max
  if (below32(b.u32minWord, min)) b.u32minWord = min
}

function less64(a: Draft, b: Draft, distance: number): void {
  const maxLow = (b.umaxLow - distance) | 0
  const maxHigh = borrowedHigh(b.umaxHigh, b.umaxLow, 0, distance)
  const minLow = (a.uminLow + distance) | 0
  const minHigh = carriedHigh(a.uminHigh, a.uminLow, 0, minLow)
  lowerUmax(a, maxHigh, maxLow)
  raiseUmin(b, minHigh, minLow)
}

function lessSigned32(a: Draft, b: Draft, distance: number): void {
  const max = (b.s32max - distance) | 0
  const min = (a.s32min + distance) | 0
  a.s32max = Math.min(a.s32max, max)
  b.s32min = Math.max(b.s32min, min)
}

function lessSigned64(a: Draft, b: Draft, distance: number): void {
  const maxLow = (b.smaxLow - distance) | 0
  const maxHigh = borrowedHigh(b.smaxHigh, b.smaxLow, 0, distance)
  const minLow = (a.sminLow + distance) | 0
  const minHigh = carriedHigh(a.sminHigh, a.sminLow, 0, minLow)
  lowerSmax(a, maxHigh, maxLow)
  raiseSmin(b, minHigh, minLow)
}

function equal32(a: Draft, b: Draft): void {
  narrowUnsigned32(a, b.u32minWord, b.u32maxWord)
  b.u32minWord = a.u32minWord
  b.u32maxWord = a.u32maxWord
  narrowSigned32(a, b.s32min, b.s32max)
  b.s32min = a.s32min
  b.s32max = a.s32max
  meetLow(a, b.valueLow, b.maskLow)
  b.valueLow = a.valueLow
  b.maskLow = a.maskLow
}

function equal64(a: Draft, b: Draft): void {
  raiseUmin(a, b.uminHigh, b.uminLow)
  lowerUmax(a, b.umaxHigh, b.umaxLow)
  raiseSmin(a, b.sminHigh, b.sminLow)
  lowerSmax(a, b.smaxHigh, b.smaxLow)
  meetBits(a, b)
  b.uminHigh = a.uminHigh
  b.uminLow = a.uminLow
  b.umaxHigh = a.umaxHigh
  b.umaxLow = a.umaxLow
  b.sminHigh = a.sminHigh
  b.sminLow = a.sminLow
  b.smaxHigh = a.smaxHigh
  b.smaxLow = a.smaxLow
  b.valueHigh = a.valueHigh
  b.valueLow = a.valueLow
  b.maskHigh = a.maskHigh
  b.maskLow = a.maskLow
}

function withConstant(
  a: Draft,
  b: Draft,
  narrow: boolean,
  learn: (other: Draft, high: number, low: number, narrow: boolean) => void,
): void {
  const known = narrow ? isKnownLow : isKnown
  const [other, fixed] = known(b) ? [a, b] : [b, a]
  if (known(fixed)) learn(other, narrow ? 0 : fixed.valueHigh, fixed.valueLow, narrow)
}

/** A value at the very end of a range can be cut off. */
function differ(d: Draft, high: number, low: number, narrow: boolean): void {
  const nextLow = (low + 1) | 0
  const lastLow = (low - 1) | 0
  if (narrow) {
    if (d.u32minWord === low) d.u32minWord = nextLow
    if (d.u32maxWord === low) d.u32maxWord = lastLow
    if (d.s32min === low) d.s32min = low === S32_MAX ? S32_MIN : low + 1
    if (d.s32max === low) d.s32max = low === S32_MIN ? S32_MAX : low - 1
    return
  }
  const nextHigh = carriedHigh(high, low, 0, nextLow)
  const lastHigh = borrowedHigh(high, low, 0, 1)
  if (d.uminHigh === high && d.uminLow === low) {
    d.uminHigh = nextHigh
    d.uminLow = nextLow
  }
  if (d.umaxHigh === high && d.umaxLow === low) {
    d.umaxHigh = lastHigh
    d.umaxLow = lastLow
  }
  if (d.sminHigh === high && d.sminLow === low) {
    d.sminHigh = nextHigh
    d.sminLow = nextLow
  }
  if (d.smaxHigh === high && d.smaxLow === low) {
    d.smaxHigh = lastHigh
    d.smaxLow = lastLow
  }
}

/** Of several tested bits none is known to be set; a single one is. */
export function someBit(d: Draft, high: number, low: number): void {
  const single = high === 0 ? low !== 0 && (low & (low - 1)) === 0 : low === 0 && (high & (high - 1)) === 0
  if (!single) return
  d.valueHigh |= high
  d.valueLow |= low
  d.maskHigh &= ~high
  d.maskLow &= ~low
}

/** Ranges are forgotten first, as kernels do since a path that is dead anyway made them contradict each other. */
export function noBit(d: Draft, high: number, low: number): void {
  forget64(d)
  forget32(d)
  d.valueHigh &= ~high
  d.valueLow &= ~low
  d.maskHigh &= ~high
  d.maskLow &= ~low
}
