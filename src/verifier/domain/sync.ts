import { meetHigh, meetLow, meetLowRange, meetRange } from "./bits.ts"
import { constantWords, type Draft, draft, forget32, forget64, isKnown, Scalar } from "./scalar.ts"
import { below, below32, belowSigned, S32_MAX, S32_MIN } from "./wide.ts"

/**
 * Lets bits and ranges learn from each other. Every step only drops values that another part excludes already,
 * so that the result holds whatever all parts held. The order is the kernel's (`reg_bounds_sync` of 6.12.117),
 * whose precision programs depend on: it is no fixed point.
 */
export function sync(d: Draft): Scalar {
  learnFromBits(d)
  deduce(d)
  deduce(d)
  deduce(d)
  meetRange(d, d.uminHigh, d.uminLow, d.umaxHigh, d.umaxLow)
  meetLowRange(d, d.u32minWord, d.u32maxWord)
  learnFromBits(d)
  return isKnown(d) && contradiction(d) === undefined ? constantWords(d.valueHigh, d.valueLow) : d
}

export function raiseUmin(d: Draft, high: number, low: number): void {
  if (!below(d.uminHigh, d.uminLow, high, low)) return
  d.uminHigh = high
  d.uminLow = low
}

export function lowerUmax(d: Draft, high: number, low: number): void {
  if (!below(high, low, d.umaxHigh, d.umaxLow)) return
  d.umaxHigh = high
  d.umaxLow = low
}

export function raiseSmin(d: Draft, high: number, low: number): void {
  if (!belowSigned(d.sminHigh, d.sminLow, high, low)) return
  d.sminHigh = high
  d.sminLow = low
}

export function lowerSmax(d: Draft, high: number, low: number): void {
  if (!belowSigned(high, low, d.smaxHigh, d.smaxLow)) return
  d.smaxHigh = high
  d.smaxLow = low
}

export function learnFromBits(d: Draft): void {
  learnFromLowBits(d)
  const { valueHigh, valueLow, maskHigh, maskLow } = d
  raiseSmin(d, valueHigh | (maskHigh & S32_MIN), valueLow)
  lowerSmax(d, valueHigh | (maskHigh & S32_MAX), valueLow | maskLow)
  raiseUmin(d, valueHigh, valueLow)
  lowerUmax(d, valueHigh | maskHigh, valueLow | maskLow)
}

export function learnFromLowBits(d: Draft): void {
  const { valueLow, maskLow } = d
  narrowSigned32(d, valueLow | (maskLow & S32_MIN), valueLow | (maskLow & S32_MAX))
  narrowUnsigned32(d, valueLow, valueLow | maskLow)
}

function deduce(d: Draft): void {
  deduce32(d)
  deduce64(d)
  deduceMixed(d)
}

export function narrowSigned32(d: Draft, min: number, max: number): void {
  if (min > d.s32min) d.s32min = min
  if (max < d.s32max) d.s32max = max
}

export function narrowUnsigned32(d: Draft, min: number, max: number): void {
  if (below32(d.u32minWord, min)) d.u32minWord = min
  if (below32(max, d.u32maxWord)) d.u32maxWord = max
}

/** Ranges whose upper halves agree (or are neighbours around a sign change) are ranges of the low half too. */
function deduce32(d: Draft): void {
  const { uminHigh, uminLow, umaxHigh, umaxLow, sminHigh, sminLow, smaxHigh, smaxLow } = d
  if (uminHigh === umaxHigh) {
    narrowUnsigned32(d, uminLow, umaxLow)
    if (uminLow <= umaxLow) narrowSigned32(d, uminLow, umaxLow)
  }
  if (sminHigh === smaxHigh) {
    if (!below32(smaxLow, sminLow)) narrowUnsigned32(d, sminLow, smaxLow)
    if (sminLow <= smaxLow) narrowSigned32(d, sminLow, smaxLow)
  }
  if (((uminHigh + 1) | 0) === umaxHigh && uminLow < 0 && umaxLow >= 0) narrowSigned32(d, uminLow, umaxLow)
  if (((sminHigh + 1) | 0) === smaxHigh && sminLow < 0 && smaxLow >= 0) narrowSigned32(d, sminLow, smaxLow)
  if (d.u32minWord <= d.u32maxWord) narrowSigned32(d, d.u32minWord, d.u32maxWord)
  if (!below32(d.s32max, d.s32min)) narrowUnsigned32(d, d.s32min, d.s32max)
  else if (below32(d.u32maxWord, d.s32min)) {
    // The signed range wraps around: only its positive part meets the unsigned one.
    d.s32min = d.u32minWord
    if (below32(d.s32max, d.u32maxWord)) d.u32maxWord = d.s32max
  } else if (below32(d.s32max, d.u32minWord)) {
    d.s32max = d.u32maxWord
    if (below32(d.u32minWord, d.s32min)) d.u32minWord = d.s32min
  }
}

/** A range that does not cross the other signedness' border is a range there too. */
function deduce64(d: Draft): void {
  if (!belowSigned(d.umaxHigh, d.umaxLow, d.uminHigh, d.uminLow)) {
    raiseSmin(d, d.uminHigh, d.uminLow)
    lowerSmax(d, d.umaxHigh, d.umaxLow)
  }
  const { sminHigh, sminLow, smaxHigh, smaxLow } = d
  if (!below(smaxHigh, smaxLow, sminHigh, sminLow)) {
    raiseUmin(d, sminHigh, sminLow)
    lowerUmax(d, smaxHigh, smaxLow)
  } else if (below(d.umaxHigh, d.umaxLow, sminHigh, sminLow)) {
    // As for 32 bits.
    d.sminHigh = d.uminHigh
    d.sminLow = d.uminLow
    lowerUmax(d, smaxHigh, smaxLow)
  } else if (below(smaxHigh, smaxLow, d.uminHigh, d.uminLow)) {
    d.smaxHigh = d.umaxHigh
    d.smaxLow = d.umaxLow
    raiseUmin(d, sminHigh, sminLow)
  }
}

/** The low half's range under the upper half of a bound is a bound; small negative numbers need a positive low half. */
function deduceMixed(d: Draft): void {
  const { u32minWord, u32maxWord } = d
  raiseUmin(d, d.uminHigh, u32minWord)
  lowerUmax(d, d.umaxHigh, u32maxWord)
  raiseSmin(d, d.sminHigh, u32minWord)
  lowerSmax(d, d.smaxHigh, u32maxWord)
  if (d.s32min < 0 || !fits32(d)) return
  d.sminHigh = d.uminHigh = 0
  d.sminLow = d.uminLow = d.s32min
  d.smaxHigh = d.umaxHigh = d.s32max >> 31
  d.smaxLow = d.umaxLow = d.s32max
  meetRange(d, d.sminHigh, d.sminLow, d.smaxHigh, d.smaxLow)
}

/** Whether the signed range is one of 32 bits. */
function fits32(d: Draft): boolean {
  const minFits = d.sminHigh > -1 || (d.sminHigh === -1 && d.sminLow < 0)
  const maxFits = d.smaxHigh < 0 || (d.smaxHigh === 0 && d.smaxLow >= 0)
  return minFits && maxFits
}

/** Makes the 64-bit view that of a zero-extended low half. */
export function zeroExtend(d: Draft): void {
  d.valueHigh = d.maskHigh = 0
  d.uminHigh = d.umaxHigh = 0
  d.uminLow = d.u32minWord
  d.umaxLow = d.u32maxWord
  d.sminHigh = d.smaxHigh = 0
  if (d.s32min >= 0 && d.s32max >= 0) {
    d.sminLow = d.s32min
    d.smaxLow = d.s32max
  } else {
    d.sminLow = 0
    d.smaxLow = -1
  }
}

/** What contradicts itself in a scalar, in the kernel's words; undefined when nothing does. */
export function contradiction(s: Scalar): string | undefined {
  if (
    below(s.umaxHigh, s.umaxLow, s.uminHigh, s.uminLow) ||
    belowSigned(s.smaxHigh, s.smaxLow, s.sminHigh, s.sminLow) ||
    below32(s.u32maxWord, s.u32minWord) ||
    s.s32min > s.s32max
  )
    return "range bounds violation"
  const { valueHigh: high, valueLow: low } = s
  const exact =
    s.uminHigh === high &&
    s.umaxHigh === high &&
    s.sminHigh === high &&
    s.smaxHigh === high &&
    s.uminLow === low &&
    s.umaxLow === low &&
    s.sminLow === low &&
    s.smaxLow === low
  if (isKnown(s) && !exact) return "const tnum out of sync with range bounds"
  if (s.maskLow !== 0) return undefined
  if (s.u32minWord !== low || s.u32maxWord !== low || s.s32min !== low || s.s32max !== low)
    return "const subreg tnum out of sync with range bounds"
  return undefined
}

/** Drops all ranges and keeps the bits: what the kernel does with a contradiction. */
export function withoutRanges(s: Scalar): Scalar {
  const d = draft(s)
  forget64(d)
  forget32(d)
  return d
}

/** Keeps of the bits what another scalar knows too. */
export function meetBits(d: Draft, s: Scalar): void {
  meetHigh(d, s.valueHigh, s.maskHigh)
  meetLow(d, s.valueLow, s.maskLow)
}

/** All numbers between two signed ones of 32 bits. */
export function between(min: number, max: number): Scalar {
  const d = new Scalar()
  d.s32min = d.sminLow = min
  d.s32max = d.smaxLow = max
  d.sminHigh = min < 0 ? -1 : 0
  d.smaxHigh = max < 0 ? -1 : 0
  return sync(d)
}
