import { constant, type Draft, forget32, forget64, isKnown, type Scalar } from "./scalar.ts"
import { intersect, lowHalf, orTnums, rangeTnum, tnum, withoutLowHalf } from "./tnum.ts"
import {
  HIGH32,
  LOW32,
  larger,
  low32,
  lowSigned32,
  S32_MAX,
  S32_MIN,
  S64_MAX,
  signed,
  smaller,
  unsigned,
} from "./wide.ts"

const SIGN64 = 0x8000_0000_0000_0000n
const BIG_S32_MIN = BigInt(S32_MIN)
const BIG_S32_MAX = BigInt(S32_MAX)

/**
 * Lets bits and ranges learn from each other. Every step only drops values that another part excludes already,
 * so that the result holds whatever all parts held. The order is the kernel's (`reg_bounds_sync` of 6.12.117), whose
 * precision programs depend on: it is no fixed point.
 */
export function sync(d: Draft): Scalar {
  learnFromBits(d)
  deduce(d)
  deduce(d)
  deduce(d)
  learnBits(d)
  learnFromBits(d)
  return isKnown(d) && contradiction(d) === undefined ? constant(d.bits.value) : d
}

export function learnFromBits(d: Draft): void {
  learnFromLowBits(d)
  const { value, mask } = d.bits
  d.smin = larger(d.smin, signed(value | (mask & SIGN64)))
  d.smax = smaller(d.smax, signed(value | (mask & S64_MAX)))
  d.umin = larger(d.umin, value)
  d.umax = smaller(d.umax, value | mask)
}

export function learnFromLowBits(d: Draft): void {
  const value = low32(d.bits.value)
  const mask = low32(d.bits.mask)
  d.s32min = Math.max(d.s32min, value | (mask & S32_MIN))
  d.s32max = Math.min(d.s32max, value | (mask & S32_MAX))
  d.u32min = Math.max(d.u32min, value)
  d.u32max = Math.min(d.u32max, (value | mask) >>> 0)
}

function deduce(d: Draft): void {
  deduce32(d)
  deduce64(d)
  deduceMixed(d)
}

function narrowSigned32(d: Draft, min: number, max: number): void {
  if (min > d.s32min) d.s32min = min
  if (max < d.s32max) d.s32max = max
}

function narrowUnsigned32(d: Draft, min: number, max: number): void {
  if (min > d.u32min) d.u32min = min
  if (max < d.u32max) d.u32max = max
}

/** Ranges whose upper halves agree (or are neighbours around a sign change) are ranges of the low half too. */
function deduce32(d: Draft): void {
  const umin = low32(d.umin)
  const umax = low32(d.umax)
  const smin = low32(d.smin)
  const smax = low32(d.smax)
  const uminHigh = Number(d.umin >> 32n)
  const umaxHigh = Number(d.umax >> 32n)
  const sminHigh = lowSigned32(d.smin >> 32n)
  const smaxHigh = lowSigned32(d.smax >> 32n)
  if (uminHigh === umaxHigh) {
    narrowUnsigned32(d, umin, umax)
    if ((umin | 0) <= (umax | 0)) narrowSigned32(d, umin | 0, umax | 0)
  }
  if (sminHigh === smaxHigh) {
    if (smin <= smax) narrowUnsigned32(d, smin, smax)
    if ((smin | 0) <= (smax | 0)) narrowSigned32(d, smin | 0, smax | 0)
  }
  if ((uminHigh + 1) >>> 0 === umaxHigh && (umin | 0) < 0 && (umax | 0) >= 0)
    narrowSigned32(d, umin | 0, umax | 0)
  if (((sminHigh + 1) | 0) === smaxHigh && (smin | 0) < 0 && (smax | 0) >= 0)
    narrowSigned32(d, smin | 0, smax | 0)
  if ((d.u32min | 0) <= (d.u32max | 0)) narrowSigned32(d, d.u32min | 0, d.u32max | 0)
  const smin32 = d.s32min >>> 0
  const smax32 = d.s32max >>> 0
  if (smin32 <= smax32) narrowUnsigned32(d, smin32, smax32)
  else if (d.u32max < smin32) {
    // As for 64 bits: a signed range that wraps around meets the unsigned one at one end only.
    d.s32min = d.u32min | 0
    d.u32max = Math.min(d.u32max, smax32)
  } else if (smax32 < d.u32min) {
    d.s32max = d.u32max | 0
    d.u32min = Math.max(d.u32min, smin32)
  }
}

/** A range that does not cross the other signedness' border is a range there too. */
function deduce64(d: Draft): void {
  if (signed(d.umin) <= signed(d.umax)) {
    d.smin = larger(d.smin, signed(d.umin))
    d.smax = smaller(d.smax, signed(d.umax))
  }
  if (unsigned(d.smin) <= unsigned(d.smax)) {
    d.umin = larger(d.umin, unsigned(d.smin))
    d.umax = smaller(d.umax, unsigned(d.smax))
  } else if (d.umax < unsigned(d.smin)) {
    // The signed range wraps around: only its positive part meets the unsigned one.
    d.smin = signed(d.umin)
    d.umax = smaller(d.umax, unsigned(d.smax))
  } else if (unsigned(d.smax) < d.umin) {
    d.smax = signed(d.umax)
    d.umin = larger(d.umin, unsigned(d.smin))
  }
}

/** The low half's range under the upper half of a bound is a bound; small negative numbers need a positive low half. */
function deduceMixed(d: Draft): void {
  const u32min = BigInt(d.u32min)
  const u32max = BigInt(d.u32max)
  d.umin = larger(d.umin, (d.umin & HIGH32) | u32min)
  d.umax = smaller(d.umax, (d.umax & HIGH32) | u32max)
  d.smin = larger(d.smin, signed((unsigned(d.smin) & HIGH32) | u32min))
  d.smax = smaller(d.smax, signed((unsigned(d.smax) & HIGH32) | u32max))
  if (d.s32min >= 0 && d.smin >= BIG_S32_MIN && d.smax <= BIG_S32_MAX) {
    d.smin = d.umin = BigInt(d.s32min)
    d.smax = d.umax = unsigned(BigInt(d.s32max))
    d.bits = intersect(d.bits, rangeTnum(d.smin, d.smax))
  }
}

function learnBits(d: Draft): void {
  const whole = intersect(d.bits, rangeTnum(d.umin, d.umax))
  const low = intersect(lowHalf(whole), rangeTnum(BigInt(d.u32min), BigInt(d.u32max)))
  d.bits = orTnums(withoutLowHalf(whole), low)
}

/** Makes the 64-bit view that of a zero-extended low half. */
export function zeroExtend(d: Draft): void {
  d.bits = tnum(d.bits.value & LOW32, d.bits.mask & LOW32)
  d.umin = BigInt(d.u32min)
  d.umax = BigInt(d.u32max)
  if (d.s32min >= 0 && d.s32max >= 0) {
    d.smin = BigInt(d.s32min)
    d.smax = BigInt(d.s32max)
  } else {
    d.smin = 0n
    d.smax = LOW32
  }
}

/** What contradicts itself in a scalar, in the kernel's words; undefined when nothing does. */
export function contradiction(s: Scalar): string | undefined {
  if (s.umin > s.umax || s.smin > s.smax || s.u32min > s.u32max || s.s32min > s.s32max)
    return "range bounds violation"
  const { value, mask } = s.bits
  if (mask === 0n && (s.umin !== value || s.umax !== value || s.smin !== signed(value) || s.smax !== s.smin))
    return "const tnum out of sync with range bounds"
  if ((mask & LOW32) !== 0n) return undefined
  const low = low32(value)
  if (s.u32min !== low || s.u32max !== low || s.s32min !== (low | 0) || s.s32max !== (low | 0))
    return "const subreg tnum out of sync with range bounds"
  return undefined
}

/** Drops all ranges and keeps the bits: what the kernel does with a contradiction. */
export function withoutRanges(s: Scalar): Scalar {
  const d = { ...s }
  forget64(d)
  forget32(d)
  return d
}
