import { type Draft, forget64, type Scalar } from "./scalar.ts"
import { addTnums, mulTnums, subTnums } from "./tnum.ts"
import { LOW32, S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX, U64_MAX } from "./wide.ts"

/** `d += s`. Bounds add up; where one sum leaves its type, both ends of that range are given up. */
export function add(d: Draft, s: Scalar): void {
  const smin32 = d.s32min + s.s32min
  const smax32 = d.s32max + s.s32max
  const in32 = smin32 >= S32_MIN && smax32 <= S32_MAX && smin32 <= S32_MAX && smax32 >= S32_MIN
  d.s32min = in32 ? smin32 : S32_MIN
  d.s32max = in32 ? smax32 : S32_MAX
  const umin32 = d.u32min + s.u32min
  const umax32 = d.u32max + s.u32max
  const inU32 = umin32 <= U32_MAX && umax32 <= U32_MAX
  d.u32min = inU32 ? umin32 : 0
  d.u32max = inU32 ? umax32 : U32_MAX
  const smin = d.smin + s.smin
  const smax = d.smax + s.smax
  const inS64 = smin >= S64_MIN && smin <= S64_MAX && smax >= S64_MIN && smax <= S64_MAX
  d.smin = inS64 ? smin : S64_MIN
  d.smax = inS64 ? smax : S64_MAX
  const umin = d.umin + s.umin
  const umax = d.umax + s.umax
  const inU64 = umin <= U64_MAX && umax <= U64_MAX
  d.umin = inU64 ? umin : 0n
  d.umax = inU64 ? umax : U64_MAX
  d.bits = addTnums(d.bits, s.bits)
}

/** `d -= s`. The least result takes away the most; a range that may go below its type is given up. */
export function subtract(d: Draft, s: Scalar): void {
  const smin32 = d.s32min - s.s32max
  const smax32 = d.s32max - s.s32min
  const in32 = smin32 >= S32_MIN && smin32 <= S32_MAX && smax32 >= S32_MIN && smax32 <= S32_MAX
  d.s32min = in32 ? smin32 : S32_MIN
  d.s32max = in32 ? smax32 : S32_MAX
  if (d.u32min < s.u32max) {
    d.u32min = 0
    d.u32max = U32_MAX
  } else {
    d.u32min -= s.u32max
    d.u32max -= s.u32min
  }
  const smin = d.smin - s.smax
  const smax = d.smax - s.smin
  const inS64 = smin >= S64_MIN && smin <= S64_MAX && smax >= S64_MIN && smax <= S64_MAX
  d.smin = inS64 ? smin : S64_MIN
  d.smax = inS64 ? smax : S64_MAX
  if (d.umin < s.umax) {
    d.umin = 0n
    d.umax = U64_MAX
  } else {
    d.umin -= s.umax
    d.umax -= s.umin
  }
  d.bits = subTnums(d.bits, s.bits)
}

const U16_MAX = 0xffff

/** `d *= s`. Products of two non-negative numbers of half the width cannot overflow; of others nothing is kept. */
export function multiply(d: Draft, s: Scalar): void {
  d.bits = mulTnums(d.bits, s.bits)
  if (s.s32min < 0 || d.s32min < 0 || s.u32max > U16_MAX || d.u32max > U16_MAX) {
    d.s32min = S32_MIN
    d.s32max = S32_MAX
    d.u32min = 0
    d.u32max = U32_MAX
  } else {
    d.u32min *= s.u32min
    d.u32max *= s.u32max
    const fits = d.u32max <= S32_MAX
    d.s32min = fits ? d.u32min : S32_MIN
    d.s32max = fits ? d.u32max : S32_MAX
  }
  if (s.smin < 0n || d.smin < 0n || s.umax > LOW32 || d.umax > LOW32) {
    forget64(d)
    return
  }
  d.umin *= s.umin
  d.umax *= s.umax
  const fits = d.umax <= S64_MAX
  d.smin = fits ? d.umin : S64_MIN
  d.smax = fits ? d.umax : S64_MAX
}
