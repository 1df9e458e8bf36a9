import { add, multiply, subtract } from "./arithmetic.ts"
import { and, or, xor } from "./bitwise.ts"
import { constantWords, type Draft, draft, isKnown, isKnownLow, type Scalar, UNKNOWN } from "./scalar.ts"
import {
  leftShift32,
  leftShift64,
  rightShift32,
  rightShift64,
  signedRightShift32,
  signedRightShift64,
} from "./shifts.ts"
import { contradiction, sync, withoutRanges, zeroExtend } from "./sync.ts"
import { syncEarly } from "./sync-early.ts"
import { borrowedHigh, carriedHigh } from "./wide.ts"

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

/** How releases differ: before 6.8 widths did not learn from each other; before 6.10 few results were followed. */
export interface TransferRules {
  readonly early?: boolean
  readonly constantsOnly?: boolean
}

/**
 * `a operator b` of the given width. Sound for each operator by its own argument; the result of 32 bits is
 * zero-extended. Division, remainders and shifts by unknown or too large distances give any number.
 */
export function transfer(
  operator: number,
  wide: boolean,
  a: Scalar,
  b: Scalar,
  { early = false, constantsOnly = false }: TransferRules = {},
): Transferred {
  if (wide && isKnown(a) && isKnown(b)) {
    if (operator === OPERATOR.ADD) {
      const low = (a.valueLow + b.valueLow) | 0
      return exactly(carriedHigh(a.valueHigh, a.valueLow, b.valueHigh, low), low)
    }
    if (operator === OPERATOR.SUB) {
      const high = borrowedHigh(a.valueHigh, a.valueLow, b.valueHigh, b.valueLow)
      return exactly(high, (a.valueLow - b.valueLow) | 0)
    }
  }
  if (!isFollowed(operator, wide, b) || (constantsOnly && !isFollowedEarly(operator, wide, b)))
    return { result: UNKNOWN, violation: undefined }
  const d = draft(a)
  apply(d, operator, wide, b, early)
  if (!wide) zeroExtend(d)
  return early ? { result: syncEarly(d), violation: undefined } : checked(sync(d))
}

function exactly(high: number, low: number): Transferred {
  return { result: constantWords(high, low), violation: undefined }
}

/** Gives up ranges that contradict each other, as the kernel does since 6.8. */
export function checked(result: Scalar): Transferred {
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
      return isKnownFor(b, wide) && b.umaxHigh === 0 && b.umaxLow >>> 0 < (wide ? 64 : 32)
    default:
      return false
  }
}

/** With an operand that is not constant, only what has simple ranges is. */
function isFollowedEarly(operator: number, wide: boolean, b: Scalar): boolean {
  if (operator === OPERATOR.ADD || operator === OPERATOR.SUB || operator === OPERATOR.AND) return true
  return wide ? isKnown(b) : isKnownLow(b)
}

function isKnownFor(s: Scalar, wide: boolean): boolean {
  if (!wide) return s.maskLow === 0 && s.s32min === s.s32max && s.u32minWord === s.u32maxWord
  return (
    isKnown(s) &&
    s.sminLow === s.smaxLow &&
    s.sminHigh === s.smaxHigh &&
    s.uminLow === s.umaxLow &&
    s.uminHigh === s.umaxHigh
  )
}

function apply(d: Draft, operator: number, wide: boolean, b: Scalar, early: boolean): void {
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
      and(d, b, early)
      return
    case OPERATOR.OR:
      or(d, b, early)
      return
    case OPERATOR.XOR:
      xor(d, b, early)
      return
    case OPERATOR.LSH:
      if (wide) leftShift64(d, b.uminLow)
      else leftShift32(d, b.u32minWord)
      return
    case OPERATOR.RSH:
      if (wide) rightShift64(d, b.uminLow)
      else rightShift32(d, b.u32minWord)
      return
    case OPERATOR.ARSH:
      if (wide) signedRightShift64(d, b.uminLow)
      else signedRightShift32(d, b.u32minWord)
      return
  }
}
