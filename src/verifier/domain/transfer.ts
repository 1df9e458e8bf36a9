import { add, multiply, subtract } from "./arithmetic.ts"
import { and, or, xor } from "./bitwise.ts"
import { constant, type Draft, draft, isKnown, knownValue, type Scalar, UNKNOWN } from "./scalar.ts"
import {
  leftShift32,
  leftShift64,
  rightShift32,
  rightShift64,
  signedRightShift32,
  signedRightShift64,
} from "./shifts.ts"
import { contradiction, sync, withoutRanges, zeroExtend } from "./sync.ts"
import { LOW32 } from "./wide.ts"

/** Bits 4 to 7 of arithmetic opcodes: those whose result is followed. */
export const OPERATOR = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  MOD: 0x90,
  XOR: 0xa0,
  ARSH: 0xc0,
} as const

/** A result, and what the kernel says when parts of it contradict each other. */
export interface Transferred {
  readonly result: Scalar
  readonly violation: string | undefined
}

/**
 * `a operator b` of the given width. Sound for each operator by its own argument; the result of 32 bits is
 * zero-extended. Division, remainders and shifts by unknown or too large distances give any number.
 */
export function transfer(operator: number, wide: boolean, a: Scalar, b: Scalar): Transferred {
  if (wide && isKnown(a) && isKnown(b)) {
    const x = knownValue(a)
    const y = knownValue(b)
    switch (operator) {
      case OPERATOR.ADD:
        return { result: constant(x + y), violation: undefined }
      case OPERATOR.SUB:
        return { result: constant(x - y), violation: undefined }
    }
  }
  if (!isFollowed(operator, wide, b)) return { result: UNKNOWN, violation: undefined }
  const d = draft(a)
  apply(d, operator, wide, b)
  if (!wide) zeroExtend(d)
  return checked(sync(d))
}

/** Gives up ranges that contradict each other, as the kernel does since 6.8. */
export function checked(result: Scalar): Transferred {
  if (isKnown(result) && result.umin === result.umax && result.umin === result.bits.value) {
    if (result.s32min === result.s32max && result.u32min === result.u32max && result.smin === result.smax)
      return { result, violation: undefined }
  }
  const violation = contradiction(result)
  return { result: violation === undefined ? result : withoutRanges(result), violation }
}

function isFollowed(operator: number, wide: boolean, b: Scalar): boolean {
  switch (operator) {
    case OPERATOR.ADD:
    case OPERATOR.SUB:
    case OPERATOR.MUL:
    case OPERATOR.AND:
    case OPERATOR.OR:
    case OPERATOR.XOR:
      return true
    case OPERATOR.LSH:
    case OPERATOR.RSH:
    case OPERATOR.ARSH:
      return isKnownFor(b, wide) && b.umax < (wide ? 64n : 32n)
    default:
      return false
  }
}

function isKnownFor(s: Scalar, wide: boolean): boolean {
  if (wide) return isKnown(s) && s.smin === s.smax && s.umin === s.umax
  return (s.bits.mask & LOW32) === 0n && s.s32min === s.s32max && s.u32min === s.u32max
}

function apply(d: Draft, operator: number, wide: boolean, b: Scalar): void {
  switch (operator) {
    case OPERATOR.ADD:
      add(d, b)
      return
    case OPERATOR.SUB:
      subtract(d, b)
      return
    case OPERATOR.MUL:
      multiply(d, b)
      return
    case OPERATOR.AND:
      and(d, b)
      return
    case OPERATOR.OR:
      or(d, b)
      return
    case OPERATOR.XOR:
      xor(d, b)
      return
    case OPERATOR.LSH:
      if (wide) leftShift64(d, Number(b.umin))
      else leftShift32(d, b.u32min)
      return
    case OPERATOR.RSH:
      if (wide) rightShift64(d, Number(b.umin))
      else rightShift32(d, b.u32min)
      return
    case OPERATOR.ARSH:
      if (wide) signedRightShift64(d, Number(b.umin))
      else signedRightShift32(d, b.u32min)
      return
  }
}
