import { constant, draft, forget32, isKnown, isKnownLow, type Scalar, UNKNOWN } from "./scalar.ts"
import { sync, zeroExtend } from "./sync.ts"
import { rangeTnum, truncate, UNKNOWN_TNUM } from "./tnum.ts"
import { LOW32, low32, U32_MAX, U64_MAX, unsigned } from "./wide.ts"

/** The low 32 bits, zero-extended: what writing a 32-bit register leaves. */
export function zeroExtended(s: Scalar): Scalar {
  if (isKnown(s)) return s.bits.value <= LOW32 ? s : constant(s.bits.value & LOW32)
  const d = draft(s)
  zeroExtend(d)
  return sync(d)
}

/** The low `bytes`, zero-extended. A range whose upper part is one and the same keeps its lower part. */
export function truncated(s: Scalar, bytes: number): Scalar {
  if (isKnown(s)) return constant(BigInt.asUintN(bytes * 8, s.bits.value))
  const d = draft(s)
  d.bits = truncate(s.bits, bytes)
  const mask = (1n << BigInt(bytes * 8)) - 1n
  if ((s.umin & ~mask) === (s.umax & ~mask)) {
    d.umin = s.umin & mask
    d.umax = s.umax & mask
  } else {
    d.umin = 0n
    d.umax = mask
  }
  d.smin = d.umin
  d.smax = d.umax
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

/** The low `bytes`, sign-extended to 64 bits. Ends of a range keep their order while no sign change lies between. */
export function signExtended(s: Scalar, bytes: number): Scalar {
  const bits = bytes * 8
  if (isKnown(s)) return constant(BigInt.asIntN(bits, s.bits.value))
  const shift = BigInt(bits)
  if (s.smin >> shift === s.smax >> shift) {
    const a = BigInt.asIntN(bits, s.smax)
    const b = BigInt.asIntN(bits, s.smin)
    const max = a > b ? a : b
    const min = a > b ? b : a
    if (max >= 0n === min >= 0n) {
      const d = draft(s)
      d.smin = min
      d.smax = max
      d.umin = unsigned(min)
      d.umax = unsigned(max)
      d.s32min = Number(BigInt.asIntN(32, min))
      d.s32max = Number(BigInt.asIntN(32, max))
      d.u32min = low32(min)
      d.u32max = low32(max)
      d.bits = rangeTnum(min, max)
      return d
    }
  }
  const least = -(1n << (shift - 1n))
  const most = -least - 1n
  return {
    bits: UNKNOWN_TNUM,
    smin: least,
    smax: most,
    umin: 0n,
    umax: U64_MAX,
    s32min: Number(least),
    s32max: Number(most),
    u32min: 0,
    u32max: U32_MAX,
  }
}

/** The low `bytes` (1 or 2), sign-extended to 32 bits and zero-extended to 64. */
export function signExtendedLow(s: Scalar, bytes: number): Scalar {
  const bits = bytes * 8
  if (isKnownLow(s)) return constant(BigInt(low32(BigInt.asIntN(bits, s.bits.value))))
  const d = draft(s)
  const cut = (value: number) => (value << (32 - bits)) >> (32 - bits)
  const a = cut(s.s32max)
  const b = cut(s.s32min)
  const max = Math.max(a, b)
  const min = Math.min(a, b)
  if (s.s32min >> bits === s.s32max >> bits && max >= 0 === min >= 0) {
    d.s32min = min
    d.s32max = max
    d.u32min = min >>> 0
    d.u32max = max >>> 0
    d.bits = truncate(rangeTnum(BigInt(min), BigInt(max)), 4)
  } else {
    d.s32min = -(2 ** (bits - 1))
    d.s32max = 2 ** (bits - 1) - 1
    d.u32min = 0
    d.u32max = U32_MAX
    d.bits = truncate(UNKNOWN_TNUM, 4)
  }
  zeroExtend(d)
  return sync(d)
}
