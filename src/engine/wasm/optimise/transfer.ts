import type { AluOperator, Operand, OperationOf } from "../../../isa/index.ts"
import type { Step } from "../flow/blocks.ts"
import { constant, FRAME, gcd, isConstant, isNumber, TOP, upTo, type Value, value } from "./values.ts"

/** What a register holds, by its number. */
export type Read = (register: number) => Value

const MAX_32 = 2 ** 32 - 1

/** What an operation leaves in the register that it writes. */
export function resultOf({ operation }: Step, read: Read): Value {
  switch (operation.kind) {
    case "alu":
      return operation.width === 64 ? alu(operation, read) : low32(alu(operation, from => low32(read(from))))
    case "move":
      return moved(operation, read)
    case "byteOrder":
      return operation.bits === 64 ? TOP : upTo(2 ** operation.bits - 1)
    case "load":
      return operation.signed || operation.size === 8 ? TOP : upTo(2 ** (8 * operation.size) - 1)
    case "loadAcquire":
      return operation.size === 8 ? TOP : upTo(2 ** (8 * operation.size) - 1)
    case "packetLoad":
      return upTo(2 ** (8 * operation.size) - 1)
    case "load64":
      return operation.value.kind === "immediate" && operation.value.value < 1n << 52n
        ? constant(Number(operation.value.value))
        : TOP
    default:
      return TOP
  }
}

/** The value of the second operand. A negative constant is a number near 2^64, which is not followed. */
export function operandValue(operand: Operand, width: 32 | 64, read: Read): Value {
  if (operand.kind === "register")
    return width === 64 ? read(operand.register) : low32(read(operand.register))
  return width === 64 ? constant(operand.value) : constant(operand.value >>> 0)
}

/** The low half of a register, as a number. */
export function low32(known: Value): Value {
  return isNumber(known) && known.high <= MAX_32 ? known : upTo(MAX_32)
}

/** Frame pointers of inner functions are below the outer one's. */
export function framePointer(distance: number): Value {
  return value(FRAME, distance, distance, 0)
}

function moved({ width, source, signExtendFrom }: OperationOf<"move">, read: Read): Value {
  const from = operandValue(source, signExtendFrom === undefined ? width : 64, read)
  if (signExtendFrom === undefined) return from
  const keepsIt = isNumber(from) && from.high < 2 ** (signExtendFrom - 1)
  if (keepsIt) return from
  return width === 32 ? upTo(MAX_32) : TOP
}

function alu({ operator, width, dst, source }: OperationOf<"alu">, read: Read): Value {
  const a = read(dst)
  // Added or subtracted, a negative constant goes the other way.
  if (source.kind === "immediate" && source.value < 0 && (operator === "add" || operator === "sub")) {
    return operator === "add" ? minus(a, constant(-source.value)) : plus(a, constant(-source.value))
  }
  const b = operandValue(source, width, read)
  switch (operator) {
    case "add":
      return plus(a, b)
    case "sub":
      return minus(a, b)
    case "and":
      return masked(a, b)
    case "rsh":
      return shiftedRight(a, b, width)
    default:
      return isNumber(a) && isNumber(b) ? arithmetic(operator, a, b, width) : TOP
  }
}

function plus(a: Value, b: Value): Value {
  if (!isNumber(b)) return isNumber(a) && b.base > 0 ? plus(b, a) : TOP
  return value(a.base, a.low + b.low, a.high + b.high, gcd(a.step, b.step))
}

function minus(a: Value, b: Value): Value {
  const step = gcd(a.step, b.step)
  if (isNumber(b)) return value(a.base, a.low - b.high, a.high - b.low, step)
  return a.base > 0 && a.base === b.base ? value(0, a.low - b.high, a.high - b.low, step) : TOP
}

/** `x & mask` is at most the mask, and at most x; it keeps the mask's zeros at the end. */
function masked(a: Value, b: Value): Value {
  if (!isNumber(a) && !isNumber(b)) return TOP
  const high = Math.min(isNumber(a) ? a.high : Infinity, isNumber(b) ? b.high : Infinity)
  return upTo(high, isConstant(b) ? lowestBit(b.low) : 1)
}

/** The largest power of two that divides a number. */
function lowestBit(number: number): number {
  if (number === 0) return 1
  let bit = 1
  while (number % (bit * 2) === 0) bit *= 2
  return bit
}

function shiftedRight(a: Value, b: Value, width: 32 | 64): Value {
  if (!isConstant(b) || b.low >= width) return isNumber(a) ? upTo(a.high) : TOP
  const size = 2 ** b.low
  if (!isNumber(a)) return upTo(2 ** (width - b.low) - 1)
  const step = a.step % size === 0 ? a.step / size : 1
  return value(0, Math.floor(a.low / size), Math.floor(a.high / size), step)
}

/** Operators on numbers; results that are negative or too large are not followed. */
function arithmetic(operator: AluOperator, a: Value, b: Value, width: 32 | 64): Value {
  switch (operator) {
    case "mul":
      if (isConstant(b)) return value(0, a.low * b.low, a.high * b.low, a.step * b.low)
      return value(0, a.low * b.low, a.high * b.high, 1)
    case "lsh":
      if (!isConstant(b) || b.low >= width) return TOP
      return value(0, a.low * 2 ** b.low, a.high * 2 ** b.low, a.step * 2 ** b.low)
    case "or":
      return value(0, Math.max(a.low, b.low), allOnes(Math.max(a.high, b.high)), 1)
    case "xor":
      return upTo(allOnes(Math.max(a.high, b.high)))
    case "div":
      return isConstant(b) && b.low > 0
        ? value(0, Math.floor(a.low / b.low), Math.floor(a.high / b.low), 1)
        : upTo(a.high)
    case "mod":
      return upTo(b.low > 0 ? Math.min(a.high, b.high - 1) : a.high)
    case "arsh":
      return width === 64 || a.high < 2 ** 31 ? shiftedRight(a, b, width) : TOP
    default:
      return TOP
  }
}

/** The least number of the form 2^n − 1 that is not below. */
function allOnes(number: number): number {
  let bound = 1
  while (bound <= number) bound *= 2
  return bound - 1
}
