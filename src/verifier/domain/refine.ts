import { CONDITION, flipped, oppositeOf } from "./compare.ts"
import { type Draft, draft, isKnown, isKnownLow, type Scalar } from "./scalar.ts"
import { sync } from "./sync.ts"
import { andTnums, constantTnum, intersect, lowHalf, orTnums, withLowHalf } from "./tnum.ts"
import { LOW32, larger, low32, signed, smaller, unsigned } from "./wide.ts"

/** The two operands of a jump as they are known on one way out of it. */
export interface Refined {
  readonly a: Scalar
  readonly b: Scalar
}

/**
 * What `a condition b` holding tells of both. Each range loses only values for which no partner in the other's
 * range would make the condition hold.
 */
export function refine(condition: number, a: Scalar, b: Scalar, narrow: boolean): Refined {
  const left = draft(a)
  const right = draft(b)
  narrowBoth(condition, left, right, narrow)
  return { a: sync(left), b: sync(right) }
}

/** Both ways out of a jump. */
export function refineBranch(
  condition: number,
  a: Scalar,
  b: Scalar,
  narrow: boolean,
): { readonly taken: Refined; readonly through: Refined } {
  return {
    through: refine(oppositeOf(condition), a, b, narrow),
    taken: refine(condition, a, b, narrow),
  }
}

function narrowBoth(condition: number, a: Draft, b: Draft, narrow: boolean): void {
  switch (condition) {
    case CONDITION.EQ:
      if (narrow) equal32(a, b)
      else equal64(a, b)
      return
    case CONDITION.NE:
      withConstant(a, b, narrow, differ)
      return
    case CONDITION.SET:
      withConstant(a, b, narrow, someBit)
      return
    case CONDITION.UNSET:
      withConstant(a, b, narrow, noBit)
      return
    case CONDITION.LE:
      if (narrow) {
        a.u32max = Math.min(a.u32max, b.u32max)
        b.u32min = Math.max(a.u32min, b.u32min)
      } else {
        a.umax = smaller(a.umax, b.umax)
        b.umin = larger(a.umin, b.umin)
      }
      return
    case CONDITION.LT:
      if (narrow) {
        a.u32max = Math.min(a.u32max, (b.u32max - 1) >>> 0)
        b.u32min = Math.max((a.u32min + 1) >>> 0, b.u32min)
      } else {
        a.umax = smaller(a.umax, unsigned(b.umax - 1n))
        b.umin = larger(unsigned(a.umin + 1n), b.umin)
      }
      return
    case CONDITION.SLE:
      if (narrow) {
        a.s32max = Math.min(a.s32max, b.s32max)
        b.s32min = Math.max(a.s32min, b.s32min)
      } else {
        a.smax = smaller(a.smax, b.smax)
        b.smin = larger(a.smin, b.smin)
      }
      return
    case CONDITION.SLT:
      if (narrow) {
        a.s32max = Math.min(a.s32max, (b.s32max - 1) | 0)
        b.s32min = Math.max((a.s32min + 1) | 0, b.s32min)
      } else {
        a.smax = smaller(a.smax, signed(b.smax - 1n))
        b.smin = larger(signed(a.smin + 1n), b.smin)
      }
      return
    case CONDITION.GE:
    case CONDITION.GT:
    case CONDITION.SGE:
    case CONDITION.SGT:
      narrowBoth(flipped(condition), b, a, narrow)
      return
  }
}

function equal32(a: Draft, b: Draft): void {
  a.u32min = b.u32min = Math.max(a.u32min, b.u32min)
  a.u32max = b.u32max = Math.min(a.u32max, b.u32max)
  a.s32min = b.s32min = Math.max(a.s32min, b.s32min)
  a.s32max = b.s32max = Math.min(a.s32max, b.s32max)
  const low = intersect(lowHalf(a.bits), lowHalf(b.bits))
  a.bits = withLowHalf(a.bits, low)
  b.bits = withLowHalf(b.bits, low)
}

function equal64(a: Draft, b: Draft): void {
  a.umin = b.umin = larger(a.umin, b.umin)
  a.umax = b.umax = smaller(a.umax, b.umax)
  a.smin = b.smin = larger(a.smin, b.smin)
  a.smax = b.smax = smaller(a.smax, b.smax)
  a.bits = b.bits = intersect(a.bits, b.bits)
}

function withConstant(
  a: Draft,
  b: Draft,
  narrow: boolean,
  learn: (other: Draft, value: bigint, narrow: boolean) => void,
): void {
  const known = narrow ? isKnownLow : isKnown
  const [other, fixed] = known(b) ? [a, b] : [b, a]
  if (known(fixed)) learn(other, narrow ? fixed.bits.value & LOW32 : fixed.bits.value, narrow)
}

/** A value at the very end of a range can be cut off. */
function differ(d: Draft, value: bigint, narrow: boolean): void {
  if (narrow) {
    const u = low32(value)
    const s = u | 0
    if (d.u32min === u) d.u32min = (u + 1) >>> 0
    if (d.u32max === u) d.u32max = (u - 1) >>> 0
    if (d.s32min === s) d.s32min = (s + 1) | 0
    if (d.s32max === s) d.s32max = (s - 1) | 0
    return
  }
  const s = signed(value)
  if (d.umin === value) d.umin = unsigned(value + 1n)
  if (d.umax === value) d.umax = unsigned(value - 1n)
  if (d.smin === s) d.smin = signed(s + 1n)
  if (d.smax === s) d.smax = signed(s - 1n)
}

/** Of several tested bits none is known to be set; a single one is. */
function someBit(d: Draft, value: bigint, narrow: boolean): void {
  if (value === 0n || (value & (value - 1n)) !== 0n) return
  const bit = constantTnum(value)
  d.bits = narrow ? withLowHalf(d.bits, orTnums(lowHalf(d.bits), bit)) : orTnums(d.bits, bit)
}

function noBit(d: Draft, value: bigint, narrow: boolean): void {
  const rest = constantTnum(~value)
  d.bits = narrow ? withLowHalf(d.bits, andTnums(lowHalf(d.bits), rest)) : andTnums(d.bits, rest)
}
