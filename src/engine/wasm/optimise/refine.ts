import type { Comparison, OperationOf } from "../../../isa/index.ts"
import { OPPOSITE } from "../flow/comparisons.ts"
import { operandValue, type Read } from "./transfer.ts"
import { clamp, isConstant, isNumber, type Value, value } from "./values.ts"

/** What both operands of a branch are on the way it goes; undefined when it never goes there. */
export type Refined = { readonly left: Value; readonly right: Value } | undefined

type Order = "eq" | "ne" | "lt" | "le" | "gt" | "ge"

const UNSIGNED: Readonly<Partial<Record<Comparison, Order>>> = {
  eq: "eq",
  ne: "ne",
  lt: "lt",
  le: "le",
  gt: "gt",
  ge: "ge",
  slt: "lt",
  sle: "le",
  sgt: "gt",
  sge: "ge",
}

/** What a branch tells of its operands, taken or not. */
export function refine(branch: OperationOf<"branch">, isTaken: boolean, read: Read): Refined {
  const { comparison, width, dst, source } = branch
  const left = read(dst)
  const right = source.kind === "register" ? read(source.register) : operandValue(source, width, read)
  const same = { left, right }
  const order = UNSIGNED[comparison]
  if (order === undefined) return same
  const isSigned = comparison.startsWith("s")
  // 32-bit comparisons tell of whole registers when these hold no more; signed ones only of numbers that are not negative.
  const end = width === 32 ? (isSigned ? 2 ** 31 : 2 ** 32) : Infinity
  const fits = (known: Value): boolean => isNumber(known) && known.high < end
  const isFollowed = end === Infinity && !isSigned ? true : fits(left) && fits(right)
  const arePointers = width === 64 && left.base > 0 && left.base === right.base
  if (!isFollowed && !arePointers) return same
  return compare(isTaken ? order : OPPOSITE[order], left, right)
}

function compare(order: Order, left: Value, right: Value): Refined {
  switch (order) {
    case "eq":
      return meet(left, right)
    case "ne":
      return apart(left, right)
    case "lt":
      return below(left, right, 1)
    case "le":
      return below(left, right, 0)
    case "gt":
      return swap(below(right, left, 1))
    case "ge":
      return swap(below(right, left, 0))
  }
}

function swap(refined: Refined): Refined {
  return refined && { left: refined.right, right: refined.left }
}

function meet(left: Value, right: Value): Refined {
  if (left.base !== right.base) {
    // A constant is better known than whatever else.
    if (isConstant(left)) return { left, right: left }
    if (isConstant(right)) return { left: right, right }
    return { left, right }
  }
  if (left.base < 0) return { left, right }
  const [a, b] = [clamp(left, right.low, right.high), clamp(right, left.low, left.high)]
  return a && b && { left: a, right: b }
}

function apart(left: Value, right: Value): Refined {
  if (left.base !== right.base || left.base < 0) return { left, right }
  const a = right.low === right.high ? without(left, right.low) : left
  const b = left.low === left.high ? without(right, left.low) : right
  return a && b && { left: a, right: b }
}

function without(known: Value, end: number): Value | undefined {
  if (known.low === end) return clamp(known, end + 1, known.high)
  return known.high === end ? clamp(known, known.low, end - 1) : known
}

/** `left + gap <= right`. */
function below(left: Value, right: Value, gap: 0 | 1): Refined {
  if (left.base === right.base && left.base >= 0) {
    const [a, b] = [clamp(left, left.low, right.high - gap), clamp(right, left.low + gap, right.high)]
    return a && b && { left: a, right: b }
  }
  // Unsigned, whatever is below a number is one.
  if (isNumber(right) && !isNumber(left)) {
    if (right.high < gap) return undefined
    return { left: value(0, 0, right.high - gap, 1), right }
  }
  return { left, right }
}
