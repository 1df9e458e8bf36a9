import { type Draft, forget32, forget64 } from "./scalar.ts"
import { learnFromBits, learnFromLowBits } from "./sync.ts"
import { lowHalf, shiftLeft, shiftRight, shiftRightSigned } from "./tnum.ts"
import { S32_MAX, S32_MIN, S64_MAX, S64_MIN, U32_MAX, U64_MAX } from "./wide.ts"

/**
 * Shifts by a constant `by` below the width; others give an unknown number (`transfer`). Each sets what shifting
 * the ends of a range gives, and leaves the rest to the bits.
 */
export function leftShift32(d: Draft, by: number): void {
  leftShiftLow(d, by)
  d.bits = lowHalf(shiftLeft(lowHalf(d.bits), by))
  forget64(d)
  learnFromLowBits(d)
}

function leftShiftLow(d: Draft, by: number): void {
  d.s32min = S32_MIN
  d.s32max = S32_MAX
  // A one that is shifted out would make a small number of a large one.
  if (by > 31 || d.u32max > 2 ** (31 - by)) {
    d.u32min = 0
    d.u32max = U32_MAX
  } else {
    d.u32min *= 2 ** by
    d.u32max *= 2 ** by
  }
}

/** Shifting left by 32 is half of a sign extension: there the low half's sign is kept. */
export function leftShift64(d: Draft, by: number): void {
  d.smax = by === 32 && d.s32max >= 0 ? BigInt(d.s32max) << 32n : S64_MAX
  d.smin = by === 32 && d.s32min >= 0 ? BigInt(d.s32min) << 32n : S64_MIN
  if (d.umax > 1n << BigInt(63 - by)) {
    d.umin = 0n
    d.umax = U64_MAX
  } else {
    d.umin <<= BigInt(by)
    d.umax <<= BigInt(by)
  }
  leftShiftLow(d, by)
  d.bits = shiftLeft(d.bits, by)
  learnFromBits(d)
}

export function rightShift32(d: Draft, by: number): void {
  d.s32min = S32_MIN
  d.s32max = S32_MAX
  d.bits = shiftRight(lowHalf(d.bits), by)
  d.u32min >>>= by
  d.u32max >>>= by
  forget64(d)
  learnFromLowBits(d)
}

export function rightShift64(d: Draft, by: number): void {
  d.smin = S64_MIN
  d.smax = S64_MAX
  d.bits = shiftRight(d.bits, by)
  d.umin >>= BigInt(by)
  d.umax >>= BigInt(by)
  forget32(d)
  learnFromBits(d)
}

export function signedRightShift32(d: Draft, by: number): void {
  d.s32min >>= by
  d.s32max >>= by
  d.bits = shiftRightSigned(lowHalf(d.bits), by, 32)
  d.u32min = 0
  d.u32max = U32_MAX
  forget64(d)
  learnFromLowBits(d)
}

export function signedRightShift64(d: Draft, by: number): void {
  d.smin >>= BigInt(by)
  d.smax >>= BigInt(by)
  d.bits = shiftRightSigned(d.bits, by, 64)
  d.umin = 0n
  d.umax = U64_MAX
  forget32(d)
  learnFromBits(d)
}
