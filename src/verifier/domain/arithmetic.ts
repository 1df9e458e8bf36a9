import { addBits, multiplyBits, subtractBits } from "./bits.ts"
import { type Draft, forget64, forgetSigned64, forgetUnsigned64, type Scalar } from "./scalar.ts"
import { below, borrowedHigh, carriedHigh, S32_MAX, S32_MIN } from "./wide.ts"

const U32_MAX = 0xffff_ffff

/** `d += s`. Bounds add up; where one sum leaves its type, both ends of that range are given up. */
export function add(d: Draft, s: Scalar): void {
  const smin32 = d.s32min + s.s32min
  const smax32 = d.s32max + s.s32max
  const fits = smin32 >= S32_MIN && smin32 <= S32_MAX && smax32 >= S32_MIN && smax32 <= S32_MAX
  d.s32min = fits ? smin32 : S32_MIN
  d.s32max = fits ? smax32 : S32_MAX
  const umin32 = (d.u32minWord >>> 0) + (s.u32minWord >>> 0)
  const umax32 = (d.u32maxWord >>> 0) + (s.u32maxWord >>> 0)
  const fitsUnsigned = umin32 <= U32_MAX && umax32 <= U32_MAX
  d.u32minWord = fitsUnsigned ? umin32 | 0 : 0
  d.u32maxWord = fitsUnsigned ? umax32 | 0 : -1
  addSigned(d, s)
  addUnsigned(d, s)
  addBits(d, s)
}

function addSigned(d: Draft, s: Scalar): void {
  const minLow = (d.sminLow + s.sminLow) | 0
  const minHigh = carriedHigh(d.sminHigh, d.sminLow, s.sminHigh, minLow)
  const maxLow = (d.smaxLow + s.smaxLow) | 0
  const maxHigh = carriedHigh(d.smaxHigh, d.smaxLow, s.smaxHigh, maxLow)
  // The sum of two numbers of one sign has that sign, unless it overflows.
  const minOverflows = ((d.sminHigh ^ minHigh) & (s.sminHigh ^ minHigh)) < 0
  const maxOverflows = ((d.smaxHigh ^ maxHigh) & (s.smaxHigh ^ maxHigh)) < 0
  if (minOverflows || maxOverflows) {
    forgetSigned64(d)
    return
  }
  d.sminHigh = minHigh
  d.sminLow = minLow
  d.smaxHigh = maxHigh
  d.smaxLow = maxLow
}

function addUnsigned(d: Draft, s: Scalar): void {
  const minLow = (d.uminLow + s.uminLow) | 0
  const minHigh = carriedHigh(d.uminHigh, d.uminLow, s.uminHigh, minLow)
  const maxLow = (d.umaxLow + s.umaxLow) | 0
  const maxHigh = carriedHigh(d.umaxHigh, d.umaxLow, s.umaxHigh, maxLow)
  if (below(minHigh, minLow, d.uminHigh, d.uminLow) || below(maxHigh, maxLow, d.umaxHigh, d.umaxLow)) {
    forgetUnsigned64(d)
    return
  }
  d.uminHigh = minHigh
  d.uminLow = minLow
  d.umaxHigh = maxHigh
  d.umaxLow = maxLow
}

/** `d -= s`. The least result takes away the most; a range that may go below its type is given up. */
export function subtract(d: Draft, s: Scalar): void {
  const smin32 = d.s32min - s.s32max
  const smax32 = d.s32max - s.s32min
  const fits = smin32 >= S32_MIN && smin32 <= S32_MAX && smax32 >= S32_MIN && smax32 <= S32_MAX
  d.s32min = fits ? smin32 : S32_MIN
  d.s32max = fits ? smax32 : S32_MAX
  if (d.u32minWord >>> 0 < s.u32maxWord >>> 0) {
    d.u32minWord = 0
    d.u32maxWord = -1
  } else {
    d.u32minWord = (d.u32minWord - s.u32maxWord) | 0
    d.u32maxWord = (d.u32maxWord - s.u32minWord) | 0
  }
  subtractSigned(d, s)
  subtractUnsigned(d, s)
  subtractBits(d, s)
}

function subtractSigned(d: Draft, s: Scalar): void {
  const minLow = (d.sminLow - s.smaxLow) | 0
  const minHigh = borrowedHigh(d.sminHigh, d.sminLow, s.smaxHigh, s.smaxLow)
  const maxLow = (d.smaxLow - s.sminLow) | 0
  const maxHigh = borrowedHigh(d.smaxHigh, d.smaxLow, s.sminHigh, s.sminLow)
  const minOverflows = ((d.sminHigh ^ s.smaxHigh) & (d.sminHigh ^ minHigh)) < 0
  const maxOverflows = ((d.smaxHigh ^ s.sminHigh) & (d.smaxHigh ^ maxHigh)) < 0
  if (minOverflows || maxOverflows) {
    forgetSigned64(d)
    return
  }
  d.sminHigh = minHigh
  d.sminLow = minLow
  d.smaxHigh = maxHigh
  d.smaxLow = maxLow
}

function subtractUnsigned(d: Draft, s: Scalar): void {
  if (below(d.uminHigh, d.uminLow, s.umaxHigh, s.umaxLow)) {
    forgetUnsigned64(d)
    return
  }
  const minHigh = borrowedHigh(d.uminHigh, d.uminLow, s.umaxHigh, s.umaxLow)
  const minLow = (d.uminLow - s.umaxLow) | 0
  const maxHigh = borrowedHigh(d.umaxHigh, d.umaxLow, s.uminHigh, s.uminLow)
  const maxLow = (d.umaxLow - s.uminLow) | 0
  d.uminHigh = minHigh
  d.uminLow = minLow
  d.umaxHigh = maxHigh
  d.umaxLow = maxLow
}

const U16_MAX = 0xffff

/** `d *= s`. Products of two non-negative numbers of half the width cannot overflow; of others nothing is kept. */
export function multiply(d: Draft, s: Scalar): void {
  multiplyBits(d, s)
  if (s.s32min < 0 || d.s32min < 0 || s.u32max > U16_MAX || d.u32max > U16_MAX) {
    d.s32min = S32_MIN
    d.s32max = S32_MAX
    d.u32minWord = 0
    d.u32maxWord = -1
  } else {
    d.u32minWord = Math.imul(d.u32minWord, s.u32minWord)
    d.u32maxWord = Math.imul(d.u32maxWord, s.u32maxWord)
    const fits = d.u32maxWord >= 0
    d.s32min = fits ? d.u32minWord : S32_MIN
    d.s32max = fits ? d.u32maxWord : S32_MAX
  }
  if (s.sminHigh < 0 || d.sminHigh < 0 || s.umaxHigh !== 0 || d.umaxHigh !== 0) {
    forget64(d)
    return
  }
  const min = BigInt(d.uminLow >>> 0) * BigInt(s.uminLow >>> 0)
  const max = BigInt(d.umaxLow >>> 0) * BigInt(s.umaxLow >>> 0)
  d.uminHigh = Number(BigInt.asIntN(32, min >> 32n))
  d.uminLow = Number(BigInt.asIntN(32, min))
  d.umaxHigh = Number(BigInt.asIntN(32, max >> 32n))
  d.umaxLow = Number(BigInt.asIntN(32, max))
  if (d.umaxHigh < 0) {
    forgetSigned64(d)
    return
  }
  d.sminHigh = d.uminHigh
  d.sminLow = d.uminLow
  d.smaxHigh = d.umaxHigh
  d.smaxLow = d.umaxLow
}
