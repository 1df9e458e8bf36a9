import { type Tnum, tnum } from "./tnum.ts"
import {
  bigSigned,
  bigUnsigned,
  bitLength,
  highWord,
  lowWord,
  numberSigned,
  numberUnsigned,
  S32_MAX,
  S32_MIN,
} from "./wide.ts"

/**
 * What is known of a number: its bits, and ranges of the whole and of its low half, each without and with sign.
 * A value is in it when it satisfies all five. Immutable once it has left this folder, so that registers, stack
 * slots and explored states share it. The fields are words (see wide.ts): `valueHigh` and `maskHigh` with their
 * low words are a tnum, the ranges of 32 bits without sign are kept as signed words too.
 */
export class Scalar {
  valueHigh = 0
  valueLow = 0
  maskHigh = -1
  maskLow = -1
  sminHigh: number = S32_MIN
  sminLow = 0
  smaxHigh: number = S32_MAX
  smaxLow = -1
  uminHigh = 0
  uminLow = 0
  umaxHigh = -1
  umaxLow = -1
  s32min: number = S32_MIN
  s32max: number = S32_MAX
  u32minWord = 0
  u32maxWord = -1

  get smin(): bigint {
    return bigSigned(this.sminHigh, this.sminLow)
  }
  get smax(): bigint {
    return bigSigned(this.smaxHigh, this.smaxLow)
  }
  get umin(): bigint {
    return bigUnsigned(this.uminHigh, this.uminLow)
  }
  get umax(): bigint {
    return bigUnsigned(this.umaxHigh, this.umaxLow)
  }
  get u32min(): number {
    return this.u32minWord >>> 0
  }
  get u32max(): number {
    return this.u32maxWord >>> 0
  }
  get bits(): Tnum {
    return tnum(bigUnsigned(this.valueHigh, this.valueLow), bigUnsigned(this.maskHigh, this.maskLow))
  }
  /** The ends as numbers, for comparisons with small ones. */
  get nearSmin(): number {
    return numberSigned(this.sminHigh, this.sminLow)
  }
  get nearSmax(): number {
    return numberSigned(this.smaxHigh, this.smaxLow)
  }
  get nearUmax(): number {
    return numberUnsigned(this.umaxHigh, this.umaxLow)
  }
  /** The value, with sign, of a scalar that is known. */
  get nearValue(): number {
    return numberSigned(this.valueHigh, this.valueLow)
  }
  /** How many bits the largest value needs. */
  get width(): number {
    return bitLength(this.umaxHigh, this.umaxLow)
  }
}

/** A scalar in the making. */
export type Draft = Scalar

export const UNKNOWN: Scalar = new Scalar()

export function draft(s: Scalar): Draft {
  const d = new Scalar()
  d.valueHigh = s.valueHigh
  d.valueLow = s.valueLow
  d.maskHigh = s.maskHigh
  d.maskLow = s.maskLow
  d.sminHigh = s.sminHigh
  d.sminLow = s.sminLow
  d.smaxHigh = s.smaxHigh
  d.smaxLow = s.smaxLow
  d.uminHigh = s.uminHigh
  d.uminLow = s.uminLow
  d.umaxHigh = s.umaxHigh
  d.umaxLow = s.umaxLow
  d.s32min = s.s32min
  d.s32max = s.s32max
  d.u32minWord = s.u32minWord
  d.u32maxWord = s.u32maxWord
  return d
}

function makeConstant(high: number, low: number): Scalar {
  const d = new Scalar()
  d.valueHigh = d.sminHigh = d.smaxHigh = d.uminHigh = d.umaxHigh = high
  d.valueLow = d.sminLow = d.smaxLow = d.uminLow = d.umaxLow = low
  d.maskHigh = d.maskLow = 0
  d.s32min = d.s32max = d.u32minWord = d.u32maxWord = low
  return d
}

const FEWEST = -256
const MOST = 4096
const small = Array.from({ length: MOST - FEWEST + 1 }, (_, index) => {
  const value = index + FEWEST
  return makeConstant(value < 0 ? -1 : 0, value)
})

/** Exactly one value, by its words; small ones are shared. */
export function constantWords(high: number, low: number): Scalar {
  if (low >= FEWEST && low <= MOST && high === (low < 0 ? -1 : 0)) return small[low - FEWEST]!
  return makeConstant(high, low)
}

/** Exactly one value, of either signedness. */
export function constant(value: bigint): Scalar {
  return constantWords(highWord(value), lowWord(value))
}

/** The same for a whole number of at most 53 bits. */
export function constantOf(value: number): Scalar {
  return constantWords(Math.floor(value / 0x1_0000_0000) | 0, value | 0)
}

export const ZERO = constantOf(0)

export function isKnown(s: Scalar): boolean {
  return s.maskHigh === 0 && s.maskLow === 0
}

export function isKnownLow(s: Scalar): boolean {
  return s.maskLow === 0
}

export function isNull(s: Scalar): boolean {
  return (s.maskHigh | s.maskLow | s.valueHigh | s.valueLow) === 0
}

export function forget64(d: Draft): void {
  d.sminHigh = S32_MIN
  d.sminLow = 0
  d.smaxHigh = S32_MAX
  d.smaxLow = -1
  d.uminHigh = d.uminLow = 0
  d.umaxHigh = d.umaxLow = -1
}

export function forgetSigned64(d: Draft): void {
  d.sminHigh = S32_MIN
  d.sminLow = 0
  d.smaxHigh = S32_MAX
  d.smaxLow = -1
}

export function forgetUnsigned64(d: Draft): void {
  d.uminHigh = d.uminLow = 0
  d.umaxHigh = d.umaxLow = -1
}

export function forget32(d: Draft): void {
  d.s32min = S32_MIN
  d.s32max = S32_MAX
  d.u32minWord = 0
  d.u32maxWord = -1
}

/** Sets all ranges, exactly, to one value. */
export function become(d: Draft, high: number, low: number): void {
  d.sminHigh = d.smaxHigh = d.uminHigh = d.umaxHigh = high
  d.sminLow = d.smaxLow = d.uminLow = d.umaxLow = low
  d.s32min = d.s32max = d.u32minWord = d.u32maxWord = low
}

/** The parts of a scalar as bigints and numbers, for those who do not compute with words. */
export interface ScalarParts {
  readonly value: bigint
  readonly mask: bigint
  readonly smin: bigint
  readonly smax: bigint
  readonly umin: bigint
  readonly umax: bigint
  readonly s32min: number
  readonly s32max: number
  readonly u32min: number
  readonly u32max: number
}

export function fromParts(parts: ScalarParts): Draft {
  const d = new Scalar()
  d.valueHigh = highWord(parts.value)
  d.valueLow = lowWord(parts.value)
  d.maskHigh = highWord(parts.mask)
  d.maskLow = lowWord(parts.mask)
  d.sminHigh = highWord(parts.smin)
  d.sminLow = lowWord(parts.smin)
  d.smaxHigh = highWord(parts.smax)
  d.smaxLow = lowWord(parts.smax)
  d.uminHigh = highWord(parts.umin)
  d.uminLow = lowWord(parts.umin)
  d.umaxHigh = highWord(parts.umax)
  d.umaxLow = lowWord(parts.umax)
  d.s32min = parts.s32min
  d.s32max = parts.s32max
  d.u32minWord = parts.u32min | 0
  d.u32maxWord = parts.u32max | 0
  return d
}

export function sameScalar(a: Scalar, b: Scalar): boolean {
  return (
    a === b ||
    (a.valueLow === b.valueLow &&
      a.valueHigh === b.valueHigh &&
      a.maskLow === b.maskLow &&
      a.maskHigh === b.maskHigh &&
      a.uminLow === b.uminLow &&
      a.uminHigh === b.uminHigh &&
      a.umaxLow === b.umaxLow &&
      a.umaxHigh === b.umaxHigh &&
      a.sminLow === b.sminLow &&
      a.sminHigh === b.sminHigh &&
      a.smaxLow === b.smaxLow &&
      a.smaxHigh === b.smaxHigh &&
      a.u32minWord === b.u32minWord &&
      a.u32maxWord === b.u32maxWord &&
      a.s32min === b.s32min &&
      a.s32max === b.s32max)
  )
}
