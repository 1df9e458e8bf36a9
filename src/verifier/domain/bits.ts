import type { Draft, Scalar } from "./scalar.ts"
import { bitLength, borrowedHigh, carriedHigh } from "./wide.ts"

/** The bits of a scalar: what is known of a result bit, from what is known of the operands' bits. All change `d`. */

function setBits(d: Draft, valueHigh: number, valueLow: number, maskHigh: number, maskLow: number): void {
  d.valueHigh = valueHigh & ~maskHigh
  d.valueLow = valueLow & ~maskLow
  d.maskHigh = maskHigh
  d.maskLow = maskLow
}

/**
 * Carries go where any choice of unknown bits may send them: the sums of the smallest and of the largest values
 * differ in every bit that some choice changes.
 */
export function addBits(d: Draft, s: Scalar): void {
  addWords(d, s.valueHigh, s.valueLow, s.maskHigh, s.maskLow)
}

function addWords(d: Draft, vh: number, vl: number, mh: number, ml: number): void {
  const leastLow = (d.valueLow + vl) | 0
  const leastHigh = carriedHigh(d.valueHigh, d.valueLow, vh, leastLow)
  const doubtLow = (d.maskLow + ml) | 0
  const doubtHigh = carriedHigh(d.maskHigh, d.maskLow, mh, doubtLow)
  const mostLow = (leastLow + doubtLow) | 0
  const mostHigh = carriedHigh(leastHigh, leastLow, doubtHigh, mostLow)
  const maskHigh = (mostHigh ^ leastHigh) | d.maskHigh | mh
  const maskLow = (mostLow ^ leastLow) | d.maskLow | ml
  setBits(d, leastHigh, leastLow, maskHigh, maskLow)
}

/** As addition: borrows reach from the difference that borrows most to the one that borrows least. */
export function subtractBits(d: Draft, s: Scalar): void {
  const low = (d.valueLow - s.valueLow) | 0
  const high = borrowedHigh(d.valueHigh, d.valueLow, s.valueHigh, s.valueLow)
  const mostLow = (low + d.maskLow) | 0
  const mostHigh = carriedHigh(high, low, d.maskHigh, mostLow)
  const leastLow = (low - s.maskLow) | 0
  const leastHigh = borrowedHigh(high, low, s.maskHigh, s.maskLow)
  const maskHigh = (mostHigh ^ leastHigh) | d.maskHigh | s.maskHigh
  const maskLow = (mostLow ^ leastLow) | d.maskLow | s.maskLow
  setBits(d, high, low, maskHigh, maskLow)
}

/** A one needs a known one on both sides; a bit may be one where both may. */
export function andBits(d: Draft, s: Scalar): void {
  const valueHigh = d.valueHigh & s.valueHigh
  const valueLow = d.valueLow & s.valueLow
  const maskHigh = (d.valueHigh | d.maskHigh) & (s.valueHigh | s.maskHigh) & ~valueHigh
  const maskLow = (d.valueLow | d.maskLow) & (s.valueLow | s.maskLow) & ~valueLow
  setBits(d, valueHigh, valueLow, maskHigh, maskLow)
}

/** A known one on either side makes a one; unknown bits remain elsewhere. */
export function orBits(d: Draft, s: Scalar): void {
  const valueHigh = d.valueHigh | s.valueHigh
  const valueLow = d.valueLow | s.valueLow
  setBits(d, valueHigh, valueLow, (d.maskHigh | s.maskHigh) & ~valueHigh, (d.maskLow | s.maskLow) & ~valueLow)
}

/** Known only where both bits are. */
export function xorBits(d: Draft, s: Scalar): void {
  setBits(
    d,
    d.valueHigh ^ s.valueHigh,
    d.valueLow ^ s.valueLow,
    d.maskHigh | s.maskHigh,
    d.maskLow | s.maskLow,
  )
}

/**
 * Long multiplication: a known one bit of the first factor adds only the unknown bits of the shifted second, an
 * unknown bit adds all that may be set in it, and the product of what is known is exact.
 */
export function multiplyBits(d: Draft, s: Scalar): void {
  const known = BigInt.asUintN(64, wide(d.valueHigh, d.valueLow) * wide(s.valueHigh, s.valueLow))
  let vh = d.valueHigh
  let vl = d.valueLow
  let mh = d.maskHigh
  let ml = d.maskLow
  let svh = s.valueHigh
  let svl = s.valueLow
  let smh = s.maskHigh
  let sml = s.maskLow
  d.valueHigh = d.valueLow = d.maskHigh = d.maskLow = 0
  while (vh | vl | mh | ml) {
    if (vl & 1) addWords(d, 0, 0, smh, sml)
    else if (ml & 1) addWords(d, 0, 0, svh | smh, svl | sml)
    vl = (vl >>> 1) | (vh << 31)
    vh >>>= 1
    ml = (ml >>> 1) | (mh << 31)
    mh >>>= 1
    svh = (svh << 1) | (svl >>> 31)
    svl <<= 1
    smh = (smh << 1) | (sml >>> 31)
    sml <<= 1
  }
  addWords(d, Number(BigInt.asIntN(32, known >> 32n)), Number(BigInt.asIntN(32, known)), 0, 0)
}

function wide(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

export function shiftBitsLeft(d: Draft, by: number): void {
  if (by === 0) return
  if (by >= 32) {
    d.valueHigh = d.valueLow << (by - 32)
    d.maskHigh = d.maskLow << (by - 32)
    d.valueLow = d.maskLow = 0
    return
  }
  d.valueHigh = (d.valueHigh << by) | (d.valueLow >>> (32 - by))
  d.maskHigh = (d.maskHigh << by) | (d.maskLow >>> (32 - by))
  d.valueLow <<= by
  d.maskLow <<= by
}

export function shiftBitsRight(d: Draft, by: number): void {
  if (by === 0) return
  if (by >= 32) {
    d.valueLow = (d.valueHigh >>> (by - 32)) | 0
    d.maskLow = (d.maskHigh >>> (by - 32)) | 0
    d.valueHigh = d.maskHigh = 0
    return
  }
  d.valueLow = (d.valueLow >>> by) | (d.valueHigh << (32 - by))
  d.maskLow = (d.maskLow >>> by) | (d.maskHigh << (32 - by))
  d.valueHigh = (d.valueHigh >>> by) | 0
  d.maskHigh = (d.maskHigh >>> by) | 0
}

/** An unknown sign bit spreads as unknown bits, a known one as itself. */
export function shiftBitsRightSigned(d: Draft, by: number): void {
  if (by === 0) return
  if (by >= 32) {
    d.valueLow = d.valueHigh >> (by - 32)
    d.maskLow = d.maskHigh >> (by - 32)
    d.valueHigh >>= 31
    d.maskHigh >>= 31
    return
  }
  d.valueLow = (d.valueLow >>> by) | (d.valueHigh << (32 - by))
  d.maskLow = (d.maskLow >>> by) | (d.maskHigh << (32 - by))
  d.valueHigh >>= by
  d.maskHigh >>= by
}

/** Keeps what the leading bits of all numbers from `min` to `max` have in common, with what was known. */
export function meetRange(d: Draft, minHigh: number, minLow: number, maxHigh: number, maxLow: number): void {
  const bits = bitLength(minHigh ^ maxHigh, minLow ^ maxLow)
  if (bits > 63) return
  const spreadHigh = bits > 32 ? (1 << (bits - 32)) - 1 : 0
  const spreadLow = bits >= 32 ? -1 : (1 << bits) - 1
  meetHigh(d, minHigh & ~spreadHigh, spreadHigh)
  meetLow(d, minLow & ~spreadLow, spreadLow)
}

/** The same for the low half alone. */
export function meetLowRange(d: Draft, min: number, max: number): void {
  const bits = 32 - Math.clz32(min ^ max)
  const spread = bits === 32 ? -1 : (1 << bits) - 1
  meetLow(d, min & ~spread, spread)
}

export function meetHigh(d: Draft, value: number, mask: number): void {
  const both = d.maskHigh & mask
  d.valueHigh = (d.valueHigh | value) & ~both
  d.maskHigh = both
}

export function meetLow(d: Draft, value: number, mask: number): void {
  const both = d.maskLow & mask
  d.valueLow = (d.valueLow | value) & ~both
  d.maskLow = both
}

/** Whether every value, moved by `offset`, is a multiple of `size` (a power of two of at most 8). */
export function isAligned(s: Scalar, offset: number, size: number): boolean {
  const below = size - 1
  // Carries into the low bits come from the low bits only.
  return (((s.valueLow + offset) & below) | (s.maskLow & below)) === 0
}
