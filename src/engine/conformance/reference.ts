/**
 * A second reading of RFC 9669, from its text and nothing else: plain integers, no two's complement tricks, raw fields
 * instead of decoded operations, nothing imported. Slow, and meant to be read beside the RFC.
 */

/** Fields of an instruction as section 3.1 names them. */
export interface Slot {
  readonly opcode: number
  readonly dst: number
  readonly src: number
  readonly off: number
  readonly imm: number
}

export type Bits = 8 | 16 | 32 | 64

const power = (bits: number): bigint => 2n ** BigInt(bits)

/** The low `bits` of any integer, read as unsigned. */
export function unsigned(bits: number, value: bigint): bigint {
  const rest = value % power(bits)
  return rest < 0n ? rest + power(bits) : rest
}

/** The low `bits` of any integer, read as signed. */
export function signed(bits: number, value: bigint): bigint {
  const low = unsigned(bits, value)
  return low >= power(bits - 1) ? low - power(bits) : low
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

/** "Truncated division": -13 / 3 = -4. */
function truncatedQuotient(dividend: bigint, divisor: bigint): bigint {
  const quotient = magnitude(dividend) / magnitude(divisor)
  return dividend < 0n === divisor < 0n ? quotient : -quotient
}

/** floor(value / 2^count) */
function floorShift(value: bigint, count: bigint): bigint {
  const divisor = power(Number(count))
  const isExact = value % divisor === 0n
  return value / divisor - (value < 0n && !isExact ? 1n : 0n)
}

/** Each bit of the result is `rule` of the operands' bits. */
function bitwise(rule: (a: boolean, b: boolean) => boolean, a: bigint, b: bigint): bigint {
  const bits = (value: bigint) => value.toString(2).padStart(64, "0")
  const [left, right] = [bits(a), bits(b)]
  const result = Array.from(left, (bit, index) => (rule(bit === "1", right[index] === "1") ? "1" : "0"))
  return BigInt(`0b${result.join("")}`)
}

export interface ArithmeticRow {
  readonly name: string
  readonly symbol: string
  /** Bits 4 to 7 of the opcode. */
  readonly code: number
  readonly off: number
  /** Of operands that are unsigned values of `width` bits; any integer that is the result modulo 2^width. */
  readonly meaning: (dst: bigint, src: bigint, width: 32 | 64) => bigint
}

/** Section 4.1, the operators of two operands. */
export const ARITHMETIC: readonly ArithmeticRow[] = [
  { name: "add", symbol: "+", code: 0x0, off: 0, meaning: (dst, src) => dst + src },
  { name: "sub", symbol: "-", code: 0x1, off: 0, meaning: (dst, src) => dst - src },
  { name: "mul", symbol: "*", code: 0x2, off: 0, meaning: (dst, src) => dst * src },
  { name: "div", symbol: "/", code: 0x3, off: 0, meaning: (dst, src) => (src === 0n ? 0n : dst / src) },
  {
    name: "sdiv",
    symbol: "s/",
    code: 0x3,
    off: 1,
    meaning: (dst, src, width) =>
      src === 0n ? 0n : truncatedQuotient(signed(width, dst), signed(width, src)),
  },
  { name: "or", symbol: "|", code: 0x4, off: 0, meaning: (dst, src) => bitwise((a, b) => a || b, dst, src) },
  { name: "and", symbol: "&", code: 0x5, off: 0, meaning: (dst, src) => bitwise((a, b) => a && b, dst, src) },
  {
    name: "lsh",
    symbol: "<<",
    code: 0x6,
    off: 0,
    meaning: (dst, src, width) => dst * power(Number(src % BigInt(width))),
  },
  {
    name: "rsh",
    symbol: ">>",
    code: 0x7,
    off: 0,
    meaning: (dst, src, width) => floorShift(dst, src % BigInt(width)),
  },
  { name: "mod", symbol: "%", code: 0x9, off: 0, meaning: (dst, src) => (src === 0n ? dst : dst % src) },
  {
    name: "smod",
    symbol: "s%",
    code: 0x9,
    off: 1,
    meaning: (dst, src, width) => {
      if (src === 0n) return dst
      const [dividend, divisor] = [signed(width, dst), signed(width, src)]
      return dividend - divisor * truncatedQuotient(dividend, divisor)
    },
  },
  {
    name: "xor",
    symbol: "^",
    code: 0xa,
    off: 0,
    meaning: (dst, src) => bitwise((a, b) => a !== b, dst, src),
  },
  { name: "mov", symbol: "=", code: 0xb, off: 0, meaning: (_, src) => src },
  {
    name: "arsh",
    symbol: "s>>",
    code: 0xc,
    off: 0,
    meaning: (dst, src, width) => floorShift(signed(width, dst), src % BigInt(width)),
  },
]

export interface JumpRow {
  readonly name: string
  readonly symbol: string
  readonly code: number
  readonly holds: (dst: bigint, src: bigint, width: 32 | 64) => boolean
}

/** Section 4.3, the conditional jumps. */
export const JUMPS: readonly JumpRow[] = [
  { name: "jeq", symbol: "==", code: 0x1, holds: (dst, src) => dst === src },
  { name: "jgt", symbol: ">", code: 0x2, holds: (dst, src) => dst > src },
  { name: "jge", symbol: ">=", code: 0x3, holds: (dst, src) => dst >= src },
  {
    name: "jset",
    symbol: "&",
    code: 0x4,
    holds: (dst, src) => bitwise((a, b) => a && b, dst, src) !== 0n,
  },
  { name: "jne", symbol: "!=", code: 0x5, holds: (dst, src) => dst !== src },
  {
    name: "jsgt",
    symbol: "s>",
    code: 0x6,
    holds: (dst, src, width) => signed(width, dst) > signed(width, src),
  },
  {
    name: "jsge",
    symbol: "s>=",
    code: 0x7,
    holds: (dst, src, width) => signed(width, dst) >= signed(width, src),
  },
  { name: "jlt", symbol: "<", code: 0xa, holds: (dst, src) => dst < src },
  { name: "jle", symbol: "<=", code: 0xb, holds: (dst, src) => dst <= src },
  {
    name: "jslt",
    symbol: "s<",
    code: 0xc,
    holds: (dst, src, width) => signed(width, dst) < signed(width, src),
  },
  {
    name: "jsle",
    symbol: "s<=",
    code: 0xd,
    holds: (dst, src, width) => signed(width, dst) <= signed(width, src),
  },
]

export interface AtomicRow {
  readonly name: string
  /** What `imm` says. */
  readonly imm: number
  /** What memory holds afterwards; `compared` is r0. */
  readonly leaves: (old: bigint, src: bigint, compared: bigint) => bigint
  /** Where the old value goes. */
  readonly fetches: "src" | "r0" | undefined
}

const bitOr = (a: bigint, b: bigint) => bitwise((x, y) => x || y, a, b)
const bitAnd = (a: bigint, b: bigint) => bitwise((x, y) => x && y, a, b)
const bitXor = (a: bigint, b: bigint) => bitwise((x, y) => x !== y, a, b)

/** Section 5.3. */
export const ATOMICS: readonly AtomicRow[] = [
  { name: "add", imm: 0x00, leaves: (old, src) => old + src, fetches: undefined },
  { name: "or", imm: 0x40, leaves: bitOr, fetches: undefined },
  { name: "and", imm: 0x50, leaves: bitAnd, fetches: undefined },
  { name: "xor", imm: 0xa0, leaves: bitXor, fetches: undefined },
  { name: "fetch_add", imm: 0x01, leaves: (old, src) => old + src, fetches: "src" },
  { name: "fetch_or", imm: 0x41, leaves: bitOr, fetches: "src" },
  { name: "fetch_and", imm: 0x51, leaves: bitAnd, fetches: "src" },
  { name: "fetch_xor", imm: 0xa1, leaves: bitXor, fetches: "src" },
  { name: "xchg", imm: 0xe1, leaves: (_, src) => src, fetches: "src" },
  {
    name: "cmpxchg",
    imm: 0xf1,
    leaves: (old, src, compared) => (old === compared ? src : old),
    fetches: "r0",
  },
]
