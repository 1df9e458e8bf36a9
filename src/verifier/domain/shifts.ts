import { shiftBitsLeft, shiftBitsRight, shiftBitsRightSigned } from "./bits.ts"
import { type Draft, forget32, forget64, forgetSigned64, forgetUnsigned64 } from "./scalar.ts"
import { learnFromBits, learnFromLowBits } from "./sync.ts"
import { below, S32_MAX, S32_MIN } from "./wide.ts"

/**
 * Shifts by a constant `by` below the width; others give an unknown number (`transfer`). Each sets what shifting
 * the ends of a range gives, and leaves the rest to the bits.
 */
export function leftShift32(d: Draft, by: number): void {
  leftShiftLow(d, by)
  d.valueHigh = d.maskHigh = 0
  d.valueLow <<= by
  d.maskLow <<= by
  forget64(d)
  learnFromLowBits(d)
}

function leftShiftLow(d: Draft, by: number): void {
  d.s32min = S32_MIN
  d.s32max = S32_MAX
  // A one that is shifted out would make a small number of a large one.
  if (by > 31 || d.u32max > 2 ** (31 - by)) {
    d.u32minWord = 0
    d.u32maxWord = -1
  } else {
    d.u32minWord <<= by
    d.u32maxWord <<= by
  }
}

/** Shifting left by 32 is half of a sign extension: there the low half's sign is kept. */
export function leftShift64(d: Draft, by: number): void {
  const { s32min, s32max } = d
  forgetSigned64(d)
  if (by === 32 && s32max >= 0) {
    d.smaxHigh = s32max
    d.smaxLow = 0
  }
  if (by === 32 && s32min >= 0) {
    d.sminHigh = s32min
    d.sminLow = 0
  }
  const limitHigh = by > 31 ? 0 : 1 << (31 - by)
  const limitLow = by > 31 ? 1 << (63 - by) : 0
  if (below(limitHigh, limitLow, d.umaxHigh, d.umaxLow)) forgetUnsigned64(d)
  else shiftUnsignedLeft(d, by)
  leftShiftLow(d, by)
  shiftBitsLeft(d, by)
  learnFromBits(d)
}

function shiftUnsignedLeft(d: Draft, by: number): void {
  if (by === 0) return
  if (by >= 32) {
    d.uminHigh = d.uminLow << (by - 32)
    d.umaxHigh = d.umaxLow << (by - 32)
    d.uminLow = d.umaxLow = 0
    return
  }
  d.uminHigh = (d.uminHigh << by) | (d.uminLow >>> (32 - by))
  d.umaxHigh = (d.umaxHigh << by) | (d.umaxLow >>> (32 - by))
  d.uminLow <<= by
  d.umaxLow <<= by
}

export function rightShift32(d: Draft, by: number): void {
  d.s32min = S32_MIN
  d.s32max = S32_MAX
  d.valueHigh = d.maskHigh = 0
  d.valueLow = (d.valueLow >>> by) | 0
  d.maskLow = (d.maskLow >>> by) | 0
  d.u32minWord = (d.u32minWord >>> by) | 0
  d.u32maxWord = (d.u32maxWord >>> by) | 0
  forget64(d)
  learnFromLowBits(d)
}

export function rightShift64(d: Draft, by: number): void {
  forgetSigned64(d)
  shiftBitsRight(d, by)
  if (by >= 32) {
    d.uminLow = (d.uminHigh >>> (by - 32)) | 0
    d.umaxLow = (d.umaxHigh >>> (by - 32)) | 0
    d.uminHigh = d.umaxHigh = 0
  } else if (by > 0) {
    d.uminLow = (d.uminLow >>> by) | (d.uminHigh << (32 - by))
    d.umaxLow = (d.umaxLow >>> by) | (d.umaxHigh << (32 - by))
    d.uminHigh = (d.uminHigh >>> by) | 0
    d.umaxHigh = (d.umaxHigh >>> by) | 0
  }
  forget32(d)
  learnFromBits(d)
}

export function signedRightShift32(d: Draft, by: number): void {
  d.s32min >>= by
  d.s32max >>= by
  d.valueHigh = d.maskHigh = 0
  d.valueLow >>= by
  d.maskLow >>= by
  d.u32minWord = 0
  d.u32maxWord = -1
  forget64(d)
  learnFromLowBits(d)
}

export function signedRightShift64(d: Draft, by: number): void {
  if (by >= 32) {
    d.sminLow = d.sminHigh >> (by - 32)
    d.smaxLow = d.smaxHigh >> (by - 32)
    d.sminHigh >>= 31
    d.smaxHigh >>= 31
  } else if (by > 0) {
    d.sminLow = (d.sminLow >>> by) | (d.sminHigh << (32 - by))
    d.smaxLow = (d.smaxLow >>> by) | (d.smaxHigh << (32 - by))
    d.sminHigh >>= by
    d.smaxHigh >>= by
  }
  shiftBitsRightSigned(d, by)
  forgetUnsigned64(d)
  forget32(d)
  learnFromBits(d)
}
