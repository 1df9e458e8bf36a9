/**
 * 64-bit values as two words of 32 bits, both of them signed numbers as V8 keeps them best: `high` and `low`. The
 * verifier's rules see bigints or numbers (`Scalar`); only this folder computes with words. docs/rationale.md says
 * why.
 */
export const U64_MAX = 0xffff_ffff_ffff_ffffn
export const S64_MIN = -0x8000_0000_0000_0000n
export const S64_MAX = 0x7fff_ffff_ffff_ffffn
export const S32_MIN = -0x8000_0000
export const S32_MAX = 0x7fff_ffff
export const LOW32 = 0xffff_ffffn

export function unsigned(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

export function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

export function highWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value >> 32n))
}

export function lowWord(value: bigint): number {
  return Number(BigInt.asIntN(32, value))
}

export function bigUnsigned(high: number, low: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

export function bigSigned(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0)
}

const WORD = 0x1_0000_0000

/** As near as a number comes: exact up to 2⁵³, and never on the other side of a small number. */
export function numberUnsigned(high: number, low: number): number {
  return (high >>> 0) * WORD + (low >>> 0)
}

export function numberSigned(high: number, low: number): number {
  return high * WORD + (low >>> 0)
}

export function below32(a: number, b: number): boolean {
  return a >>> 0 < b >>> 0
}

export function below(ah: number, al: number, bh: number, bl: number): boolean {
  return ah === bh ? al >>> 0 < bl >>> 0 : ah >>> 0 < bh >>> 0
}

export function belowSigned(ah: number, al: number, bh: number, bl: number): boolean {
  return ah === bh ? al >>> 0 < bl >>> 0 : ah < bh
}

/** How many bits an unsigned value needs: the place of its highest one bit, from 1; 0 for 0. */
export function bitLength(high: number, low: number): number {
  return high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(low)
}

/** The upper word of a sum, whose lower word is `low = (al + bl) | 0`. */
export function carriedHigh(ah: number, al: number, bh: number, low: number): number {
  return (ah + bh + (low >>> 0 < al >>> 0 ? 1 : 0)) | 0
}

/** The upper word of a difference. */
export function borrowedHigh(ah: number, al: number, bh: number, bl: number): number {
  return (ah - bh - (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0
}
