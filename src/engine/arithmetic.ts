import type { AluOperator, Comparison } from "../isa/index.ts"

/**
 * Two-operand arithmetic of RFC 9669 section 4.1 on unsigned 64-bit operands. The result is exact: the caller cuts
 * it to 64 bits. Division by zero gives 0, modulo by zero the dividend; shifts use the low six bits.
 */
export function alu64(operator: AluOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case "add":
      return a + b
    case "sub":
      return a - b
    case "mul":
      return a * b
    case "div":
      return b === 0n ? 0n : a / b
    case "sdiv":
      return b === 0n ? 0n : BigInt.asIntN(64, a) / BigInt.asIntN(64, b)
    case "mod":
      return b === 0n ? a : a % b
    case "smod":
      return b === 0n ? a : BigInt.asIntN(64, a) % BigInt.asIntN(64, b)
    case "or":
      return a | b
    case "and":
      return a & b
    case "xor":
      return a ^ b
    case "lsh":
      return a << (b & 63n)
    case "rsh":
      return a >> (b & 63n)
    case "arsh":
      return BigInt.asIntN(64, a) >> (b & 63n)
    default:
      return operator satisfies never
  }
}

/** The same on the low 32 bits of two numbers, signed or not. The result has the right low 32 bits. */
export function alu32(operator: AluOperator, a: number, b: number): number {
  switch (operator) {
    case "add":
      return (a + b) | 0
    case "sub":
      return (a - b) | 0
    case "mul":
      return Math.imul(a, b)
    case "div":
      return (b | 0) === 0 ? 0 : Math.floor((a >>> 0) / (b >>> 0))
    case "sdiv":
      return (b | 0) === 0 ? 0 : ((a | 0) / (b | 0)) | 0
    case "mod":
      return (b | 0) === 0 ? a : (a >>> 0) % (b >>> 0)
    case "smod":
      return (b | 0) === 0 ? a : ((a | 0) % (b | 0)) | 0
    case "or":
      return a | b
    case "and":
      return a & b
    case "xor":
      return a ^ b
    case "lsh":
      return a << (b & 31)
    case "rsh":
      return a >>> (b & 31)
    case "arsh":
      return (a | 0) >> (b & 31)
    default:
      return operator satisfies never
  }
}

/** Compares two values of one width (RFC 9669 section 4.3): numbers for 32 bits, bigints for 64. */
export function compare64(comparison: Comparison, a: bigint, b: bigint): boolean {
  switch (comparison) {
    case "eq":
      return a === b
    case "ne":
      return a !== b
    case "gt":
      return a > b
    case "ge":
      return a >= b
    case "lt":
      return a < b
    case "le":
      return a <= b
    case "set":
      return (a & b) !== 0n
    case "sgt":
      return BigInt.asIntN(64, a) > BigInt.asIntN(64, b)
    case "sge":
      return BigInt.asIntN(64, a) >= BigInt.asIntN(64, b)
    case "slt":
      return BigInt.asIntN(64, a) < BigInt.asIntN(64, b)
    case "sle":
      return BigInt.asIntN(64, a) <= BigInt.asIntN(64, b)
    default:
      return comparison satisfies never
  }
}

/** `compare64` on the low 32 bits of two numbers. */
export function compare32(comparison: Comparison, a: number, b: number): boolean {
  switch (comparison) {
    case "eq":
      return (a | 0) === (b | 0)
    case "ne":
      return (a | 0) !== (b | 0)
    case "gt":
      return a >>> 0 > b >>> 0
    case "ge":
      return a >>> 0 >= b >>> 0
    case "lt":
      return a >>> 0 < b >>> 0
    case "le":
      return a >>> 0 <= b >>> 0
    case "set":
      return (a & b) !== 0
    case "sgt":
      return (a | 0) > (b | 0)
    case "sge":
      return (a | 0) >= (b | 0)
    case "slt":
      return (a | 0) < (b | 0)
    case "sle":
      return (a | 0) <= (b | 0)
    default:
      return comparison satisfies never
  }
}

/** The low `bits` of a value, its bytes in reverse. */
export function swapBytes(value: bigint, bits: 16 | 32 | 64): bigint {
  let rest = value
  let swapped = 0n
  for (let byte = 0; byte < bits / 8; byte++) {
    swapped = (swapped << 8n) | (rest & 0xffn)
    rest >>= 8n
  }
  return swapped
}

/** What an atomic read-modify-write leaves in memory; cut to the access size by the caller. */
export function atomicResult<T extends bigint | number>(
  operator: "add" | "or" | "and" | "xor" | "xchg",
  old: T,
  operand: T,
): bigint {
  const a = BigInt(old)
  const b = BigInt(operand)
  return operator === "xchg" ? b : alu64(operator, a, b)
}
