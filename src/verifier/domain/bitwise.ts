import { constant, type Draft, isKnown, isKnownLow, type Scalar } from "./scalar.ts"
import { learnFromBits } from "./sync.ts"
import { andTnums, orTnums, type Tnum, xorTnums } from "./tnum.ts"
import { larger, low32, S32_MAX, S32_MIN, S64_MAX, S64_MIN, signed, smaller } from "./wide.ts"

/** `d &= s`: no larger than either operand, no smaller than the bits known to be one. */
export function and(d: Draft, s: Scalar): void {
  bitwise(d, s, andTnums, {
    min32: () => low32(d.bits.value),
    max32: () => Math.min(d.u32max, s.u32max),
    min64: () => d.bits.value,
    max64: () => smaller(d.umax, s.umax),
  })
}

/** `d |= s`: no smaller than either operand, no larger than all bits that may be one. */
export function or(d: Draft, s: Scalar): void {
  bitwise(d, s, orTnums, {
    min32: () => Math.max(d.u32min, s.u32min),
    max32: () => low32(d.bits.value | d.bits.mask),
    min64: () => larger(d.umin, s.umin),
    max64: () => d.bits.value | d.bits.mask,
  })
}

/** `d ^= s`: only the bits say something. */
export function xor(d: Draft, s: Scalar): void {
  bitwise(d, s, xorTnums, {
    min32: () => low32(d.bits.value),
    max32: () => low32(d.bits.value | d.bits.mask),
    min64: () => d.bits.value,
    max64: () => d.bits.value | d.bits.mask,
  })
}

interface Ends {
  readonly min32: () => number
  readonly max32: () => number
  readonly min64: () => bigint
  readonly max64: () => bigint
}

function bitwise(d: Draft, s: Scalar, combine: (a: Tnum, b: Tnum) => Tnum, ends: Ends): void {
  d.bits = combine(d.bits, s.bits)
  if (isKnownLow(s) && isKnownLow(d)) markLow(d, low32(d.bits.value))
  else {
    const min = ends.min32()
    const max = ends.max32()
    d.u32min = min
    d.u32max = max
    // The unsigned range is a signed one when it does not cross the sign's border.
    const fits = (min | 0) <= (max | 0)
    d.s32min = fits ? min | 0 : S32_MIN
    d.s32max = fits ? max | 0 : S32_MAX
  }
  if (isKnown(s) && isKnown(d)) {
    Object.assign(d, constant(d.bits.value))
    return
  }
  const min = ends.min64()
  const max = ends.max64()
  d.umin = min
  d.umax = max
  const fits = signed(min) <= signed(max)
  d.smin = fits ? signed(min) : S64_MIN
  d.smax = fits ? signed(max) : S64_MAX
  learnFromBits(d)
}

function markLow(d: Draft, value: number): void {
  d.u32min = d.u32max = value
  d.s32min = d.s32max = value | 0
}
