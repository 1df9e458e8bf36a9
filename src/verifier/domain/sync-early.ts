import { meetLowRange, meetRange } from "./bits.ts"
import { constantWords, type Draft, forget32, forget64, isKnown, type Scalar } from "./scalar.ts"
import { contradiction, learnFromBits, zeroExtend } from "./sync.ts"
import { below, below32 } from "./wide.ts"

/**
 * How bits and ranges learned from each other before 6.8: each width for itself, signed and unsigned ranges only
 * where a sign is known. Sound as each step drops only what another part excludes.
 */
export function syncEarly(d: Draft): Scalar {
  learnFromBits(d)
  deduce32(d)
  deduce64(d)
  meetRange(d, d.uminHigh, d.uminLow, d.umaxHigh, d.umaxLow)
  meetLowRange(d, d.u32minWord, d.u32maxWord)
  learnFromBits(d)
  return isKnown(d) && contradiction(d) === undefined ? constantWords(d.valueHigh, d.valueLow) : d
}

function larger32(a: number, b: number): number {
  return below32(a, b) ? b : a
}

function smaller32(a: number, b: number): number {
  return below32(a, b) ? a : b
}

function deduce32(d: Draft): void {
  if (d.s32min >= 0 || d.s32max < 0) {
    d.s32min = d.u32minWord = larger32(d.s32min, d.u32minWord)
    d.s32max = d.u32maxWord = smaller32(d.s32max, d.u32maxWord)
  } else if (d.u32maxWord >= 0) {
    d.s32min = d.u32minWord
    d.s32max = d.u32maxWord = smaller32(d.s32max, d.u32maxWord)
  } else if (d.u32minWord < 0) {
    d.s32min = d.u32minWord = larger32(d.s32min, d.u32minWord)
    d.s32max = d.u32maxWord
  }
}

function deduce64(d: Draft): void {
  if (d.sminHigh >= 0 || d.smaxHigh < 0) {
    minimaMeet(d)
    maximaMeet(d)
  } else if (d.umaxHigh >= 0) {
    d.sminHigh = d.uminHigh
    d.sminLow = d.uminLow
    maximaMeet(d)
  } else if (d.uminHigh < 0) {
    minimaMeet(d)
    d.smaxHigh = d.umaxHigh
    d.smaxLow = d.umaxLow
  }
}

function minimaMeet(d: Draft): void {
  if (below(d.uminHigh, d.uminLow, d.sminHigh, d.sminLow)) {
    d.uminHigh = d.sminHigh
    d.uminLow = d.sminLow
  } else {
    d.sminHigh = d.uminHigh
    d.sminLow = d.uminLow
  }
}

function maximaMeet(d: Draft): void {
  if (below(d.smaxHigh, d.smaxLow, d.umaxHigh, d.umaxLow)) {
    d.umaxHigh = d.smaxHigh
    d.umaxLow = d.smaxLow
  } else {
    d.smaxHigh = d.umaxHigh
    d.smaxLow = d.umaxLow
  }
}

/** What 64 bits tell of the low half: their ranges where they fit, and nothing else. */
export function narrowFromWide(d: Draft): Scalar {
  forget32(d)
  if (fitsSigned(d.sminHigh, d.sminLow) && fitsSigned(d.smaxHigh, d.smaxLow)) {
    d.s32min = d.sminLow
    d.s32max = d.smaxLow
  }
  if (d.uminHigh === 0 && d.umaxHigh === 0) {
    d.u32minWord = d.uminLow
    d.u32maxWord = d.umaxLow
  }
  return syncEarly(d)
}

/** What the low half tells of 64 bits: everything where the upper half is zero, else nothing. */
export function wideFromNarrow(d: Draft): Scalar {
  if (d.valueHigh === 0 && d.maskHigh === 0) zeroExtend(d)
  else forget64(d)
  return syncEarly(d)
}

function fitsSigned(high: number, low: number): boolean {
  return high === low >> 31
}
