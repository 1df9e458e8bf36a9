import { andBits, orBits, xorBits } from "./bits.ts"
import { become, type Draft, forgetSigned64, isKnown, isKnownLow, type Scalar } from "./scalar.ts"
import { learnFromBits } from "./sync.ts"
import { below, below32, S32_MAX, S32_MIN } from "./wide.ts"

/** `d &= s`: no larger than either operand, no smaller than the bits known to be one. */
export function and(d: Draft, s: Scalar, early = false): void {
  const signs = early ? signsOf(d, s) : undefined
  andBits(d, s)
  if (isKnownLow(s) && isKnownLow(d)) markLow(d)
  else setLow(d, d.valueLow, below32(s.u32maxWord, d.u32maxWord) ? s.u32maxWord : d.u32maxWord, signs)
  if (known(d, s)) return
  d.uminHigh = d.valueHigh
  d.uminLow = d.valueLow
  if (below(s.umaxHigh, s.umaxLow, d.umaxHigh, d.umaxLow)) {
    d.umaxHigh = s.umaxHigh
    d.umaxLow = s.umaxLow
  }
  finish(d, signs)
}

/** `d |= s`: no smaller than either operand, no larger than all bits that may be one. */
export function or(d: Draft, s: Scalar, early = false): void {
  const signs = early ? signsOf(d, s) : undefined
  orBits(d, s)
  if (isKnownLow(s) && isKnownLow(d)) markLow(d)
  else
    setLow(
      d,
      below32(d.u32minWord, s.u32minWord) ? s.u32minWord : d.u32minWord,
      d.valueLow | d.maskLow,
      signs,
    )
  if (known(d, s)) return
  if (below(d.uminHigh, d.uminLow, s.uminHigh, s.uminLow)) {
    d.uminHigh = s.uminHigh
    d.uminLow = s.uminLow
  }
  d.umaxHigh = d.valueHigh | d.maskHigh
  d.umaxLow = d.valueLow | d.maskLow
  finish(d, signs)
}

/** `d ^= s`: only the bits say something. */
export function xor(d: Draft, s: Scalar, early = false): void {
  const signs = early ? signsOf(d, s) : undefined
  xorBits(d, s)
  if (isKnownLow(s) && isKnownLow(d)) markLow(d)
  else setLow(d, d.valueLow, d.valueLow | d.maskLow, signs)
  if (known(d, s)) return
  d.uminHigh = d.valueHigh
  d.uminLow = d.valueLow
  d.umaxHigh = d.valueHigh | d.maskHigh
  d.umaxLow = d.valueLow | d.maskLow
  finish(d, signs)
}

/** Before 6.10 only numbers that are not negative kept a signed range. */
interface Signs {
  readonly low: boolean
  readonly whole: boolean
}

function signsOf(a: Scalar, b: Scalar): Signs {
  return { low: a.s32min >= 0 && b.s32min >= 0, whole: a.sminHigh >= 0 && b.sminHigh >= 0 }
}

function markLow(d: Draft): void {
  d.u32minWord = d.u32maxWord = d.s32min = d.s32max = d.valueLow
}

/** The unsigned range is a signed one when it does not cross the sign's border. */
function setLow(d: Draft, min: number, max: number, signs: Signs | undefined): void {
  d.u32minWord = min
  d.u32maxWord = max
  const fits = signs ? signs.low : min <= max
  d.s32min = fits ? min : S32_MIN
  d.s32max = fits ? max : S32_MAX
}

function known(d: Draft, s: Scalar): boolean {
  if (!isKnown(s) || !isKnown(d)) return false
  become(d, d.valueHigh, d.valueLow)
  return true
}

function finish(d: Draft, signs: Signs | undefined): void {
  const inOrder = d.uminHigh === d.umaxHigh ? d.uminLow >>> 0 <= d.umaxLow >>> 0 : d.uminHigh < d.umaxHigh
  if (signs ? signs.whole : inOrder) {
    d.sminHigh = d.uminHigh
    d.sminLow = d.uminLow
    d.smaxHigh = d.umaxHigh
    d.smaxLow = d.umaxLow
  } else forgetSigned64(d)
  learnFromBits(d)
}
