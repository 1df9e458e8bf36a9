import type { HelperNames } from "./helper-names.ts"
import { ALU_OPERATORS, COMPARISONS } from "./opcodes.ts"
import type { Callee, Operand, Operation } from "./operation.ts"
import { parseLoad64 } from "./parse-load64.ts"
import { parseFetch, parseLocked, parseMemoryRead, parseStore, parseStoreRelease } from "./parse-memory.ts"
import {
  parseImmediate,
  parseOperand,
  parseRegister,
  parseTarget,
  type Target,
  tryRegister,
} from "./parse-operands.ts"
import type { ParsedInstruction } from "./parsed-instruction.ts"
import type { TextCursor } from "./text-cursor.ts"

export interface ParseContext {
  readonly helpers: HelperNames
  /** True when a label of this name stands somewhere in the text. */
  isLabel(name: string): boolean
}

/** Parses one instruction at the cursor and leaves the cursor behind it. */
export function parseInstruction(cursor: TextCursor, context: ParseContext): ParsedInstruction {
  if (cursor.take("exit")) return single({ kind: "exit" })
  if (cursor.take("goto")) return jump(parseTarget(cursor), false)
  if (cursor.take("gotol")) return jump(parseTarget(cursor), true)
  if (cursor.take("may_goto")) {
    const target = parseTarget(cursor)
    return { slots: 1, operation: resolve => ({ kind: "mayGoto", target: resolve(target) }) }
  }
  if (cursor.take("if")) return parseBranch(cursor)
  if (cursor.take("callx")) {
    return single({ kind: "call", callee: { kind: "register", register: parseRegister(cursor, 64) } })
  }
  if (cursor.take("call")) return parseCall(cursor, context)
  if (cursor.take("lock")) return single(parseLocked(cursor))
  if (cursor.take("store_release")) return single(parseStoreRelease(cursor))
  if (cursor.take("*")) return single(parseStore(cursor))
  return parseAssignment(cursor)
}

function single(operation: Operation): ParsedInstruction {
  return { slots: 1, operation: () => operation }
}

function jump(target: Target, wide: boolean): ParsedInstruction {
  return { slots: 1, operation: resolve => ({ kind: "jump", target: resolve(target), wide }) }
}

const BY_LENGTH = (a: { readonly symbol: string }, b: { readonly symbol: string }) =>
  b.symbol.length - a.symbol.length
const COMPARISONS_LONGEST_FIRST = [...COMPARISONS].sort(BY_LENGTH)
const ALU_LONGEST_FIRST = [...ALU_OPERATORS].sort(BY_LENGTH)

function parseBranch(cursor: TextCursor): ParsedInstruction {
  const left = tryRegister(cursor)
  if (left === undefined) cursor.fail("a register (r0 … r10, w0 … w10)")
  const comparison = COMPARISONS_LONGEST_FIRST.find(row => cursor.take(row.symbol))
  if (comparison === undefined) {
    cursor.fail(`a comparison (${COMPARISONS.map(row => row.symbol).join(" ")})`)
  }
  const source = parseOperand(cursor, left.width, true)
  cursor.expect("goto")
  const target = parseTarget(cursor)
  return {
    slots: 1,
    operation: resolve => ({
      kind: "branch",
      comparison: comparison.name,
      width: left.width,
      dst: left.number,
      source,
      target: resolve(target),
    }),
  }
}

function parseCall(cursor: TextCursor, context: ParseContext): ParsedInstruction {
  cursor.skipBlanks()
  const { position } = cursor
  const call = (callee: Callee) => single({ kind: "call", callee })
  const subprogram = (target: Target): ParsedInstruction => ({
    slots: 1,
    operation: resolve => ({ kind: "call", callee: { kind: "subprogram", target: resolve(target) } }),
  })
  if (cursor.match(/(?=pc\s*[+-])/y)) {
    const target = parseTarget(cursor)
    cursor.match(/#[\w.$]+/y)
    return subprogram(target)
  }
  if (cursor.match(/(?=[+-]?\d)/y)) return call({ kind: "helper", id: parseImmediate(cursor, true) })
  const name = cursor.match(/kernel-function|<error>|[A-Za-z_.$][\w.$]*/y)?.[0]
  if (name === undefined) cursor.fail("a helper (bpf_ktime_get_ns#5), pc+3 or a label")
  const module = cursor.match(/\[(\d+)\]/y)
  if (!cursor.take("#")) {
    if (context.isLabel(name)) return subprogram({ kind: "label", name, position })
    const id = context.helpers.id(name)
    if (id === undefined) cursor.fail("the name of a helper or a label", position)
    return call({ kind: "helper", id })
  }
  const number = parseImmediate(cursor, true)
  if (name === "unknown") return call({ kind: "helper", id: number })
  const id = context.helpers.id(name)
  if (id === undefined) return call({ kind: "kfunc", btfId: number, module: Number(module?.[1] ?? 0) })
  if (id !== number) cursor.fail(`${name}#${id}`, position)
  return call({ kind: "helper", id })
}

function parseAssignment(cursor: TextCursor): ParsedInstruction {
  const left = tryRegister(cursor)
  if (left === undefined) cursor.fail("an instruction")
  const { width, number: dst } = left
  const operator = ALU_LONGEST_FIRST.find(row => cursor.take(row.symbol))
  if (operator !== undefined) {
    const source = parseOperand(cursor, width, width === 32)
    return single({ kind: "alu", operator: operator.name, width, dst, source })
  }
  cursor.expect("=", `an operator (= ${ALU_OPERATORS.map(row => row.symbol).join(" ")})`)
  if (width === 64) return parseWideValue(cursor, dst)
  return single(parseMove(cursor, 32, dst) ?? cursor.fail("a value"))
}

/** What both widths can be set to: a register, its negation or sign extension, a number. */
function parseMove(cursor: TextCursor, width: 32 | 64, dst: number): Operation | undefined {
  if (cursor.match(/-(?=\s*[rw]\d)/y)) {
    cursor.skipBlanks()
    const { position } = cursor
    if (parseRegister(cursor, width) !== dst)
      cursor.fail("the register that is set: a negation is in place", position)
    return { kind: "negate", width, dst }
  }
  cursor.skipBlanks()
  const { position } = cursor
  const extension = cursor.match(/\(\s*s(8|16|32)\s*\)/y)
  if (extension !== undefined) {
    const signExtendFrom = Number(extension[1]) as 8 | 16 | 32
    if (signExtendFrom === 32 && width === 32) cursor.fail("(s8) or (s16)", position)
    const source: Operand = { kind: "register", register: parseRegister(cursor, width) }
    return { kind: "move", width, dst, source, signExtendFrom }
  }
  if (cursor.match(/(?=[rw]\d|[+-]?\s*\d)/y) === undefined) return undefined
  return {
    kind: "move",
    width,
    dst,
    source: parseOperand(cursor, width, width === 32),
    signExtendFrom: undefined,
  }
}

function parseWideValue(cursor: TextCursor, dst: number): ParsedInstruction {
  return (
    parseLoad64(cursor, dst) ??
    asSingle(
      parseByteOrder(cursor, dst) ??
        parseAddressSpaceCast(cursor, dst) ??
        parseFetch(cursor, dst) ??
        parseMemoryRead(cursor, dst) ??
        parseMove(cursor, 64, dst),
    ) ??
    cursor.fail("a value (a register, number, memory access or map)")
  )
}

function asSingle(operation: Operation | undefined): ParsedInstruction | undefined {
  return operation && single(operation)
}

function parseByteOrder(cursor: TextCursor, dst: number): Operation | undefined {
  const match = cursor.match(/(le|be|bswap)(16|32|64)(?!\w)/y)
  if (match === undefined) return undefined
  cursor.skipBlanks()
  const { position } = cursor
  if (parseRegister(cursor, 64) !== dst)
    cursor.fail("the register that is set: a byte swap is in place", position)
  return {
    kind: "byteOrder",
    conversion: match[1] as "le" | "be" | "bswap",
    bits: Number(match[2]) as 16 | 32 | 64,
    dst,
  }
}

function parseAddressSpaceCast(cursor: TextCursor, dst: number): Operation | undefined {
  if (!cursor.take("addr_space_cast")) return undefined
  cursor.expect("(")
  const src = parseRegister(cursor, 64)
  cursor.skipBlanks()
  const { position } = cursor
  const match = cursor.match(/,\s*([01])\s*,\s*([01])\s*\)/y)
  if (match === undefined || match[1] === match[2]) cursor.fail('", 0, 1)" or ", 1, 0)"', position)
  return { kind: "addressSpaceCast", dst, src, to: Number(match[1]), from: Number(match[2]) }
}
