import { constantTnum, type Tnum, UNKNOWN_TNUM } from "./tnum.ts"
import {
  low32,
  lowSigned32,
  S32_MAX,
  S32_MIN,
  S64_MAX,
  S64_MIN,
  signed,
  U32_MAX,
  U64_MAX,
  unsigned,
} from "./wide.ts"

/**
 * What is known of a number: its bits, and ranges of the whole and of its low half, each without and with sign.
 * A value is in it when it satisfies all five. Immutable, so registers, stack slots and explored states share it.
 */
export interface Scalar {
  readonly bits: Tnum
  readonly smin: bigint
  readonly smax: bigint
  readonly umin: bigint
  readonly umax: bigint
  readonly s32min: number
  readonly s32max: number
  readonly u32min: number
  readonly u32max: number
}

/** A scalar in the making. */
export type Draft = { -readonly [Field in keyof Scalar]: Scalar[Field] }

export const UNKNOWN: Scalar = {
  bits: UNKNOWN_TNUM,
  smin: S64_MIN,
  smax: S64_MAX,
  umin: 0n,
  umax: U64_MAX,
  s32min: S32_MIN,
  s32max: S32_MAX,
  u32min: 0,
  u32max: U32_MAX,
}

function makeConstant(value: bigint): Scalar {
  const bits = constantTnum(value)
  const u = bits.value
  const s = signed(u)
  const s32 = lowSigned32(u)
  const u32 = low32(u)
  return { bits, smin: s, smax: s, umin: u, umax: u, s32min: s32, s32max: s32, u32min: u32, u32max: u32 }
}

const FEWEST = -256
const MOST = 4096
const small = Array.from({ length: MOST - FEWEST + 1 }, (_, index) => makeConstant(BigInt(index + FEWEST)))

/** Exactly one value, of either signedness; small ones are shared. */
export function constant(value: bigint): Scalar {
  const s = signed(value)
  if (s >= FEWEST && s <= MOST) return small[Number(s) - FEWEST]!
  return makeConstant(value)
}

export function constantOf(value: number): Scalar {
  if (value >= FEWEST && value <= MOST) return small[value - FEWEST]!
  return makeConstant(BigInt(value))
}

export const ZERO = constantOf(0)

export function isKnown(s: Scalar): boolean {
  return s.bits.mask === 0n
}

export function isKnownLow(s: Scalar): boolean {
  return s.bits.mask === 0n || (s.bits.mask & 0xffff_ffffn) === 0n
}

export function isNull(s: Scalar): boolean {
  return s.bits.mask === 0n && s.bits.value === 0n
}

/** The value, without sign, of a scalar that is known. */
export function knownValue(s: Scalar): bigint {
  return s.bits.value
}

export function draft(s: Scalar): Draft {
  return {
    bits: s.bits,
    smin: s.smin,
    smax: s.smax,
    umin: s.umin,
    umax: s.umax,
    s32min: s.s32min,
    s32max: s.s32max,
    u32min: s.u32min,
    u32max: s.u32max,
  }
}

export function forget64(d: Draft): void {
  d.smin = S64_MIN
  d.smax = S64_MAX
  d.umin = 0n
  d.umax = U64_MAX
}

export function forget32(d: Draft): void {
  d.s32min = S32_MIN
  d.s32max = S32_MAX
  d.u32min = 0
  d.u32max = U32_MAX
}

export function sameScalar(a: Scalar, b: Scalar): boolean {
  return (
    a === b ||
    (a.bits.value === b.bits.value &&
      a.bits.mask === b.bits.mask &&
      a.umin === b.umin &&
      a.umax === b.umax &&
      a.smin === b.smin &&
      a.smax === b.smax &&
      a.u32min === b.u32min &&
      a.u32max === b.u32max &&
      a.s32min === b.s32min &&
      a.s32max === b.s32max)
  )
}

/** Whether the ranges of `inner` lie inside those of `outer`. */
export function rangesWithin(outer: Scalar, inner: Scalar): boolean {
  return (
    outer === inner ||
    (outer.umin <= inner.umin &&
      outer.umax >= inner.umax &&
      outer.smin <= inner.smin &&
      outer.smax >= inner.smax &&
      outer.u32min <= inner.u32min &&
      outer.u32max >= inner.u32max &&
      outer.s32min <= inner.s32min &&
      outer.s32max >= inner.s32max)
  )
}

/** Whether a concrete value, without sign, is among those that the scalar stands for. */
export function holds(s: Scalar, value: bigint): boolean {
  const v = unsigned(value)
  const sv = signed(v)
  const v32 = low32(v)
  const sv32 = lowSigned32(v)
  return (
    (v & ~s.bits.mask) === s.bits.value &&
    s.umin <= v &&
    v <= s.umax &&
    s.smin <= sv &&
    sv <= s.smax &&
    s.u32min <= v32 &&
    v32 <= s.u32max &&
    s.s32min <= sv32 &&
    sv32 <= s.s32max
  )
}
