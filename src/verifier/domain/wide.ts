/**
 * 64-bit values. Bounds and tnums of 64 bits are bigints, unsigned ones in 0 … 2⁶⁴ - 1 and signed ones in
 * -2⁶³ … 2⁶³ - 1; everything of 32 bits is a plain number. docs/rationale.md says why.
 */
export const U64_MAX = 0xffff_ffff_ffff_ffffn
export const S64_MIN = -0x8000_0000_0000_0000n
export const S64_MAX = 0x7fff_ffff_ffff_ffffn
export const U32_MAX = 0xffff_ffff
export const S32_MIN = -0x8000_0000
export const S32_MAX = 0x7fff_ffff
export const LOW32 = 0xffff_ffffn
export const HIGH32 = 0xffff_ffff_0000_0000n

export function unsigned(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

export function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

/** The low half, without sign. */
export function low32(value: bigint): number {
  return Number(BigInt.asUintN(32, value))
}

/** The low half, with sign. */
export function lowSigned32(value: bigint): number {
  return Number(BigInt.asIntN(32, value))
}

export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

export function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

/** How many bits the unsigned value needs: the place of its highest one bit, from 1; 0 for 0. */
export function bitLength(value: bigint): number {
  const high = Number(value >> 32n)
  return high !== 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(Number(value & LOW32))
}
