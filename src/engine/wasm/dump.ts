import { OPCODE, type OpcodeName, TYPE, type ValueType } from "./encode/opcodes.ts"

const NAMES = new Map<number, OpcodeName>(
  Object.entries(OPCODE).map(([name, code]) => [code, name as OpcodeName]),
)
const TYPE_NAMES = new Map<number, ValueType>([
  [TYPE.i32, "i32"],
  [TYPE.i64, "i64"],
])
const [TYPES, IMPORTS, FUNCTIONS, EXPORTS, CODE] = [1, 2, 3, 7, 10]
const [KIND_FUNCTION, KIND_MEMORY] = [0, 2]

/**
 * A compiled module as text in the manner of WebAssembly's own: functions with their locals, one instruction a line, nested
 * as the code is. Reads what `encodeModule` writes, no more.
 */
export function dumpModule(bytes: Uint8Array): string {
  const sections = sectionsOf(bytes)
  const types = list(sections.get(TYPES), readType)
  const imported = list(sections.get(IMPORTS), readImport).filter(name => name !== undefined)
  const functions = list(sections.get(FUNCTIONS), reader => reader.u32())
  const exported = new Map(list(sections.get(EXPORTS), readExport).filter(entry => entry !== undefined))
  const name = (index: number): string => imported[index] ?? exported.get(index) ?? String(index)
  const bodies = list(sections.get(CODE), reader => reader.take(reader.u32()))
  return bodies
    .map((body, index) => {
      const own = exported.get(imported.length + index) ?? String(imported.length + index)
      return dumpFunction(body, own, types[functions[index]!]!, name)
    })
    .join("\n")
}

function dumpFunction(
  body: Reader,
  own: string,
  type: FunctionText,
  name: (index: number) => string,
): string {
  const locals = list(body, reader => `${reader.u32()} × ${TYPE_NAMES.get(reader.byte())}`)
  const lines = [`func $${own} (param ${type.parameters}) (result ${type.results})`]
  if (locals.length > 0) lines.push(`  local ${locals.join(", ")}`)
  let depth = 1
  while (!body.isAtEnd) {
    const opcode = NAMES.get(body.byte())
    if (opcode === undefined) throw new Error("BUG: the compiler emitted an opcode that it has no name for")
    if (opcode === "end" || opcode === "else") depth--
    const operands = operandsOf(opcode, body, name)
    if (depth > 0) lines.push(`${"  ".repeat(depth)}${opcode}${operands === "" ? "" : ` ${operands}`}`)
    if (opcode === "block" || opcode === "loop" || opcode === "if" || opcode === "else") depth++
  }
  return `${lines.join("\n")}\n`
}

function operandsOf(opcode: OpcodeName, body: Reader, name: (index: number) => string): string {
  switch (opcode) {
    case "block":
    case "loop":
    case "if": {
      const type = TYPE_NAMES.get(body.byte())
      return type === undefined ? "" : `(result ${type})`
    }
    case "br":
    case "br_if":
    case "local.get":
    case "local.set":
    case "local.tee":
    case "global.get":
    case "global.set":
      return String(body.u32())
    case "br_table":
      return list(body, reader => reader.u32())
        .concat(body.u32())
        .join(" ")
    case "call":
      return `$${name(body.u32())}`
    case "call_indirect":
      body.u32()
      body.u32()
      return ""
    case "memory.size":
      body.byte()
      return ""
    case "i32.const":
    case "i64.const":
      return String(body.signed())
    default: {
      if (!/\.(load|store)/.test(opcode)) return ""
      body.u32()
      const offset = body.u32()
      return offset === 0 ? "" : `offset=${offset}`
    }
  }
}

interface FunctionText {
  readonly parameters: string
  readonly results: string
}

function readType(reader: Reader): FunctionText {
  reader.byte()
  const types = (): string => list(reader, each => TYPE_NAMES.get(each.byte())).join(" ")
  return { parameters: types(), results: types() }
}

/** The name of a function; undefined for what else is imported. */
function readImport(reader: Reader): string | undefined {
  reader.text()
  const name = reader.text()
  const kind = reader.byte()
  if (kind === KIND_FUNCTION) {
    reader.u32()
    return name
  }
  reader.byte()
  if (kind === KIND_MEMORY) reader.u32()
  else reader.byte()
  return undefined
}

function readExport(reader: Reader): [index: number, name: string] | undefined {
  const name = reader.text()
  const kind = reader.byte()
  const index = reader.u32()
  return kind === KIND_FUNCTION ? [index, name] : undefined
}

function sectionsOf(bytes: Uint8Array): ReadonlyMap<number, Reader> {
  const reader = new Reader(bytes.subarray(8))
  const sections = new Map<number, Reader>()
  while (!reader.isAtEnd) {
    const id = reader.byte()
    sections.set(id, reader.take(reader.u32()))
  }
  return sections
}

function list<T>(reader: Reader | undefined, read: (reader: Reader) => T): T[] {
  return reader ? Array.from({ length: reader.u32() }, () => read(reader)) : []
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  byte(): number {
    return this.#bytes[this.#at++]!
  }

  u32(): number {
    return Number(BigInt.asUintN(32, this.#leb(false)))
  }

  signed(): bigint {
    return this.#leb(true)
  }

  text(): string {
    const length = this.u32()
    return String.fromCharCode(...this.take(length).#bytes)
  }

  take(length: number): Reader {
    this.#at += length
    return new Reader(this.#bytes.subarray(this.#at - length, this.#at))
  }

  #leb(isSigned: boolean): bigint {
    let [value, shift] = [0n, 0n]
    for (;;) {
      const byte = this.byte()
      value |= BigInt(byte & 0x7f) << shift
      shift += 7n
      if ((byte & 0x80) !== 0) continue
      return isSigned && (byte & 0x40) !== 0 ? value - (1n << shift) : value
    }
  }
}
