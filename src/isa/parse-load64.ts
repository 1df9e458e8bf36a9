import type { Load64Value } from "./operation.ts"
import { NUMBER, parseTarget, type Target, toNumber } from "./parse-operands.ts"
import type { ParsedInstruction } from "./parsed-instruction.ts"
import type { TextCursor } from "./text-cursor.ts"

/**
 * Two-slot loads: hexadecimal numbers (the kernel prints moves in decimal and loads in hex), decimal ones that need
 * 64 bits or end in `ll`, and references.
 */
export function parseLoad64(cursor: TextCursor, dst: number): ParsedInstruction | undefined {
  const constant = (value: Load64Value): ParsedInstruction => ({
    slots: 2,
    operation: () => ({ kind: "load64", dst, value }),
  })
  const reference = cursor.match(/(map|btf)\[(fd|idx|id):(-?\d{1,10})\](?:\[(0|id:-?\d{1,10})\])?/y)
  if (reference !== undefined) {
    const value = referenceValue(cursor, reference)
    if (value === undefined)
      cursor.fail("map[fd:4], map[fd:4][0]+16, map[idx:0] or btf[id:5]", reference.index)
    return constant(value)
  }
  if (cursor.take("subprog")) {
    cursor.expect("[")
    const distance = cursor.match(/[+-]\d{1,10}/y)
    const target: Target =
      distance === undefined ? parseTarget(cursor) : { kind: "distance", slots: toNumber(distance[0]) }
    cursor.expect("]")
    return {
      slots: 2,
      operation: resolve => ({ kind: "load64", dst, value: { kind: "function", target: resolve(target) } }),
    }
  }
  cursor.skipBlanks()
  const { position } = cursor
  const number = cursor.match(NUMBER)
  if (number === undefined) return undefined
  const digits = number[2]!
  if (digits.length > 40) cursor.fail("a constant of 64 bits", position)
  const value = number[1] === "-" ? -BigInt(digits) : BigInt(digits)
  const long = cursor.take("ll")
  if (long || /^0x/i.test(digits) || BigInt.asIntN(32, value) !== value) {
    if (value < -(2n ** 63n) || value >= 2n ** 64n) cursor.fail("a constant of 64 bits", position)
    return constant({ kind: "immediate", value: BigInt.asUintN(64, value) })
  }
  cursor.position = position
  return undefined
}

function referenceValue(cursor: TextCursor, match: RegExpExecArray): Load64Value | undefined {
  const [, what, by, digits, second] = match
  const number = Number(digits) | 0
  if (what === "btf") {
    if (by === "id") return second === undefined ? { kind: "btf", id: number, fd: 0 } : undefined
    const id = second?.startsWith("id:") ? Number(second.slice(3)) | 0 : undefined
    return by === "fd" && id !== undefined ? { kind: "btf", id, fd: number } : undefined
  }
  if (by === "id" || (second !== undefined && second !== "0")) return undefined
  if (second === undefined)
    return by === "fd" ? { kind: "map", fd: number } : { kind: "mapIndex", index: number }
  const offset = cursor.match(/[+-]\d{1,10}/y)
  if (offset === undefined) cursor.fail("an offset with its sign (+16)")
  const bytes = toNumber(offset[0]) | 0
  return by === "fd"
    ? { kind: "mapValue", fd: number, offset: bytes }
    : { kind: "mapIndexValue", index: number, offset: bytes }
}
