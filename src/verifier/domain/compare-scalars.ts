import type { Scalar } from "./scalar.ts"
import { below, below32, belowSigned, highWord, lowWord } from "./wide.ts"

/** Whether the ranges of `inner` lie inside those of `outer`. */
export function rangesWithin(outer: Scalar, inner: Scalar): boolean {
  return (
    outer === inner ||
    (!below(inner.uminHigh, inner.uminLow, outer.uminHigh, outer.uminLow) &&
      !below(outer.umaxHigh, outer.umaxLow, inner.umaxHigh, inner.umaxLow) &&
      !belowSigned(inner.sminHigh, inner.sminLow, outer.sminHigh, outer.sminLow) &&
      !belowSigned(outer.smaxHigh, outer.smaxLow, inner.smaxHigh, inner.smaxLow) &&
      !below32(inner.u32minWord, outer.u32minWord) &&
      !below32(outer.u32maxWord, inner.u32maxWord) &&
      outer.s32min <= inner.s32min &&
      outer.s32max >= inner.s32max)
  )
}

/** Whether all that is known of `outer`'s bits is known, alike, of `inner`'s. */
export function bitsWithin(outer: Scalar, inner: Scalar): boolean {
  return (
    (inner.maskHigh & ~outer.maskHigh) === 0 &&
    (inner.maskLow & ~outer.maskLow) === 0 &&
    outer.valueHigh === (inner.valueHigh & ~outer.maskHigh) &&
    outer.valueLow === (inner.valueLow & ~outer.maskLow)
  )
}

/** Whether a concrete value, of either signedness, is among those that the scalar stands for. */
export function holds(s: Scalar, value: bigint): boolean {
  const high = highWord(value)
  const low = lowWord(value)
  return (
    (high & ~s.maskHigh) === s.valueHigh &&
    (low & ~s.maskLow) === s.valueLow &&
    !below(high, low, s.uminHigh, s.uminLow) &&
    !below(s.umaxHigh, s.umaxLow, high, low) &&
    !belowSigned(high, low, s.sminHigh, s.sminLow) &&
    !belowSigned(s.smaxHigh, s.smaxLow, high, low) &&
    !below32(low, s.u32minWord) &&
    !below32(s.u32maxWord, low) &&
    s.s32min <= low &&
    low <= s.s32max
  )
}
