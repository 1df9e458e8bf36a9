import { meetRange } from "./bits.ts"
import { constantWords, type Draft, draft, forget32, isKnown, isKnownLow, Scalar, UNKNOWN } from "./scalar.ts"
import { sync, zeroExtend } from "./sync.ts"
import { narrowFromWide, syncEarly } from "./sync-early.ts"

/** The low 32 bits, zero-extended: what writing a 32-bit register leaves. */
export function zeroExtended(s: Scalar, early = false): Scalar {
  if (isKnown(s)) return s.valueHigh === 0 ? s : constantWords(0, s.valueLow)
  const d = draft(s)
  zeroExtend(d)
  return early ? syncEarly(d) : sync(d)
}

/** The low `bytes` (1, 2 or 4), zero-extended. A range whose upper part is one and the same keeps its lower part. */
export function truncated(s: Scalar, bytes: number, early = false): Scalar {
  const mask = bytes === 4 ? -1 : (1 << (bytes * 8)) - 1
  if (isKnown(s)) return constantWords(0, s.valueLow & mask)
  const d = draft(s)
  d.valueHigh = d.maskHigh = 0
  d.valueLow &= mask
  d.maskLow &= mask
  if (s.uminHigh === s.umaxHigh && (s.uminLow & ~mask) === (s.umaxLow & ~mask)) {
    d.uminLow &= mask
    d.umaxLow &= mask
  } else {
    d.uminLow = 0
    d.umaxLow = mask
  }
  d.uminHigh = d.umaxHigh = d.sminHigh = d.smaxHigh = 0
  d.sminLow = d.uminLow
  d.smaxLow = d.umaxLow
  if (early) return bytes < 4 ? narrowFromWide(d) : d
  if (bytes < 4) forget32(d)
  return sync(d)
}

const unknownOfSize = new Map<number, Scalar>()

/** What a load of so many bytes may give, zero-extended. */
export function unknownBytes(bytes: number): Scalar {
  if (bytes >= 8) return UNKNOWN
  let known = unknownOfSize.get(bytes)
  if (!known) {
    known = truncated(UNKNOWN, bytes)
    unknownOfSize.set(bytes, known)
  }
  return known
}

/** The low `bits` of a word, with sign. */
function cut(word: number, bits: number): number {
  return (word << (32 - bits)) >> (32 - bits)
}

/** The low `bytes` (1, 2 or 4), sign-extended to 64 bits. Ends of a range keep their order while no sign change lies between. */
export function signExtended(s: Scalar, bytes: number): Scalar {
  const bits = bytes * 8
  if (isKnown(s)) return fromSigned(cut(s.valueLow, bits))
  const upperSame = bits === 32 || s.sminLow >> bits === s.smaxLow >> bits
  if (s.sminHigh === s.smaxHigh && upperSame) {
    const a = cut(s.smaxLow, bits)
    const b = cut(s.sminLow, bits)
    const max = Math.max(a, b)
    const min = Math.min(a, b)
    if (max >= 0 === min >= 0) return betweenSigned(min, max)
  }
  const least = bits === 32 ? -0x8000_0000 : -(1 << (bits - 1))
  const d = new Scalar()
  d.sminHigh = -1
  d.sminLow = least
  d.smaxHigh = 0
  d.smaxLow = -(least + 1)
  d.s32min = least
  d.s32max = -(least + 1)
  return d
}

function fromSigned(value: number): Scalar {
  return constantWords(value < 0 ? -1 : 0, value)
}

/** All of min … max, two numbers of one sign. */
function betweenSigned(min: number, max: number): Draft {
  const d = new Scalar()
  d.sminHigh = d.smaxHigh = d.uminHigh = d.umaxHigh = min < 0 ? -1 : 0
  d.sminLow = d.uminLow = d.s32min = d.u32minWord = min
  d.smaxLow = d.umaxLow = d.s32max = d.u32maxWord = max
  meetRange(d, d.sminHigh, min, d.smaxHigh, max)
  return d
}

/** The low `bytes` (1 or 2), sign-extended to 32 bits and zero-extended to 64. */
export function signExtendedLow(s: Scalar, bytes: number): Scalar {
  const bits = bytes * 8
  if (isKnownLow(s)) return constantWords(0, cut(s.valueLow, bits))
  const a = cut(s.s32max, bits)
  const b = cut(s.s32min, bits)
  const max = Math.max(a, b)
  const min = Math.min(a, b)
  const follows = s.s32min >> bits === s.s32max >> bits && max >= 0 === min >= 0
  const d = follows ? betweenSigned(min, max) : new Scalar()
  if (!follows) {
    d.s32min = -(1 << (bits - 1))
    d.s32max = (1 << (bits - 1)) - 1
  }
  zeroExtend(d)
  return sync(d)
}
