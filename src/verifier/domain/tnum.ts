import { bitLength, HIGH32, LOW32, U64_MAX, unsigned } from "./wide.ts"

/**
 * A tristate number: of each bit it is known to be 0, known to be 1, or unknown. Stands for every x with
 * `(x & ~mask) === value`; both are unsigned and share no bit.
 */
export interface Tnum {
  readonly value: bigint
  readonly mask: bigint
}

export const UNKNOWN_TNUM: Tnum = { value: 0n, mask: U64_MAX }

export function tnum(value: bigint, mask: bigint): Tnum {
  return { value, mask }
}

export function constantTnum(value: bigint): Tnum {
  return { value: unsigned(value), mask: 0n }
}

export function isConstant(t: Tnum): boolean {
  return t.mask === 0n
}

export function contains(t: Tnum, concrete: bigint): boolean {
  return (concrete & ~t.mask) === t.value
}

/** Whether everything that `inner` stands for is in `outer`: what is known of outer is known, alike, of inner. */
export function isInside(outer: Tnum, inner: Tnum): boolean {
  if (inner.mask & ~outer.mask) return false
  return outer.value === (inner.value & ~outer.mask)
}

/** All of min … max: the leading bits that both share stay known. */
export function rangeTnum(min: bigint, max: bigint): Tnum {
  const bits = bitLength(unsigned(min ^ max))
  if (bits > 63) return UNKNOWN_TNUM
  const below = (1n << BigInt(bits)) - 1n
  return { value: unsigned(min) & ~below, mask: below }
}

/**
 * Carries go where any choice of unknown bits may send them: the sums of the smallest and of the largest values
 * differ in every bit that some choice changes.
 */
export function addTnums(a: Tnum, b: Tnum): Tnum {
  const least = unsigned(a.value + b.value)
  const most = unsigned(least + a.mask + b.mask)
  const mask = (most ^ least) | a.mask | b.mask
  return { value: least & ~mask, mask }
}

/** As addition: borrows reach from the difference that borrows most to the one that borrows least. */
export function subTnums(a: Tnum, b: Tnum): Tnum {
  const middle = unsigned(a.value - b.value)
  const most = unsigned(middle + a.mask)
  const least = unsigned(middle - b.mask)
  const mask = (most ^ least) | a.mask | b.mask
  return { value: middle & ~mask, mask }
}

/** A one needs a known one on both sides; a bit may be one where both may. */
export function andTnums(a: Tnum, b: Tnum): Tnum {
  const value = a.value & b.value
  return { value, mask: (a.value | a.mask) & (b.value | b.mask) & ~value }
}

/** A known one on either side makes a one; unknown bits remain elsewhere. */
export function orTnums(a: Tnum, b: Tnum): Tnum {
  const value = a.value | b.value
  return { value, mask: (a.mask | b.mask) & ~value }
}

/** Known only where both bits are. */
export function xorTnums(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask | b.mask
  return { value: (a.value ^ b.value) & ~mask, mask }
}

/**
 * Long multiplication: a known one bit of `a` adds only the unknown bits of the shifted `b`, an unknown bit adds
 * all that may be set in it, and the product of what is known is exact.
 */
export function mulTnums(a: Tnum, b: Tnum): Tnum {
  const known = unsigned(a.value * b.value)
  let doubt: Tnum = constantTnum(0n)
  let { value, mask } = a
  let left = b
  while (value !== 0n || mask !== 0n) {
    if (value & 1n) doubt = addTnums(doubt, tnum(0n, left.mask))
    else if (mask & 1n) doubt = addTnums(doubt, tnum(0n, left.value | left.mask))
    value >>= 1n
    mask >>= 1n
    left = shiftLeft(left, 1)
  }
  return addTnums(tnum(known, 0n), doubt)
}

export function shiftLeft({ value, mask }: Tnum, by: number): Tnum {
  const count = BigInt(by)
  return { value: unsigned(value << count), mask: unsigned(mask << count) }
}

export function shiftRight({ value, mask }: Tnum, by: number): Tnum {
  const count = BigInt(by)
  return { value: value >> count, mask: mask >> count }
}

/** An unknown sign bit spreads as unknown bits, a known one as itself; the result of 32 bits has no upper half. */
export function shiftRightSigned({ value, mask }: Tnum, by: number, width: 32 | 64): Tnum {
  const count = BigInt(by)
  const shift = (bits: bigint) => BigInt.asUintN(width, BigInt.asIntN(width, bits) >> count)
  return { value: shift(value), mask: shift(mask) }
}

/** What both know together; the operands must share a value. */
export function intersect(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask & b.mask
  return { value: (a.value | b.value) & ~mask, mask }
}

/** Only the low bytes. */
export function truncate({ value, mask }: Tnum, bytes: number): Tnum {
  return { value: BigInt.asUintN(bytes * 8, value), mask: BigInt.asUintN(bytes * 8, mask) }
}

export function lowHalf(t: Tnum): Tnum {
  return { value: t.value & LOW32, mask: t.mask & LOW32 }
}

export function withoutLowHalf(t: Tnum): Tnum {
  return { value: t.value & HIGH32, mask: t.mask & HIGH32 }
}

export function withLowHalf(t: Tnum, low: Tnum): Tnum {
  return orTnums(withoutLowHalf(t), lowHalf(low))
}

/** Whether every value is a multiple of `size`, a power of two. */
export function isAligned(t: Tnum, size: number): boolean {
  return ((t.value | t.mask) & BigInt(size - 1)) === 0n
}

/** As logs have it: "(0x0; 0xff)", or the number that it is. */
export function formatTnum({ value, mask }: Tnum): string {
  if (mask === 0n) {
    const signed = BigInt.asIntN(64, value)
    if (value <= 65535n) return value.toString()
    return signed >= -32768n && signed < 0n ? signed.toString() : `0x${value.toString(16)}`
  }
  return `(0x${value.toString(16)}; 0x${mask.toString(16)})`
}
