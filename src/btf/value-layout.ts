import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { memberBits } from "./member.ts"
import { MAX_DEPTH } from "./size.ts"
import type { BtfMember, TypeId } from "./types.ts"

/** How a type lies in memory, ready for reading and writing values: typedefs are gone, anonymous members flattened. */
export type Layout = IntegerLayout | EnumLayout | FloatLayout | ArrayLayout | CharsLayout | RecordLayout

/** Integers, booleans and pointers. */
export interface IntegerLayout {
  readonly kind: "integer" | "boolean" | "pointer"
  /** The type as C spells it, for messages. */
  readonly name: string
  readonly size: number
  readonly signed: boolean
}

export interface EnumLayout {
  readonly kind: "enum"
  readonly name: string
  readonly size: number
  readonly signed: boolean
  readonly names: ReadonlyMap<bigint, string>
  readonly values: ReadonlyMap<string, bigint>
}

export interface FloatLayout {
  readonly kind: "float"
  readonly name: string
  readonly size: number
}

export interface ArrayLayout {
  readonly kind: "array"
  readonly name: string
  readonly size: number
  readonly length: number
  readonly element: Layout
}

/** An array of `char`, which C uses for text. */
export interface CharsLayout {
  readonly kind: "chars"
  readonly name: string
  readonly size: number
}

/** A struct, a union, or the variables of a data section. */
export interface RecordLayout {
  readonly kind: "record"
  readonly name: string
  readonly size: number
  readonly fields: readonly FieldLayout[]
  readonly fieldsByName: ReadonlyMap<string, FieldLayout>
}

export interface FieldLayout {
  readonly name: string
  /** Bytes from the start of the record; of a bitfield, of the byte that holds its first bit. */
  readonly offset: number
  /** For a bitfield, the first bit in that byte (as the byte order counts) and the width; width 0 otherwise. */
  readonly bitShift: number
  readonly bitSize: number
  readonly layout: Layout
}

const BITFIELD_KINDS: ReadonlySet<Layout["kind"]> = new Set(["integer", "boolean", "pointer", "enum"])

/** Fields of one record once anonymous members are flattened. */
const MAX_FIELDS = 1 << 16

const layouts = new WeakMap<Btf, Map<TypeId, Layout>>()

/** The layout of a type, computed once. Throws BtfError for what has no size (void, functions, declarations). */
export function layoutOf(btf: Btf, id: TypeId): Layout {
  let known = layouts.get(btf)
  if (!known) {
    known = new Map()
    layouts.set(btf, known)
  }
  return build(btf, id, known, 0)
}

function build(btf: Btf, from: TypeId, known: Map<TypeId, Layout>, depth: number): Layout {
  const cached = known.get(from)
  if (cached) return cached
  if (depth > MAX_DEPTH)
    throw new BtfError(`${btf.label}: type [${from}]: values nest deeper than ${MAX_DEPTH}`)
  const layout = buildNew(btf, from, known, depth)
  known.set(from, layout)
  return layout
}

function buildNew(btf: Btf, from: TypeId, known: Map<TypeId, Layout>, depth: number): Layout {
  const id = valueType(btf, from)
  if (btf.isVoid(id)) throw new BtfError(`${btf.label}: type [${from}] is void, it has no values`)
  const name = btf.nameOf(from)
  const type = btf.type(id)
  switch (type.kind) {
    case "int":
      return {
        kind: type.encoding === "bool" ? "boolean" : "integer",
        name,
        size: type.size,
        signed: type.encoding === "signed",
      }
    case "ptr":
      return { kind: "pointer", name, size: btf.pointerSize, signed: false }
    case "enum":
    case "enum64": {
      const names = new Map<bigint, string>()
      const values = new Map<string, bigint>()
      for (const entry of type.values) {
        values.set(entry.name, entry.value)
        if (!names.has(entry.value)) names.set(entry.value, entry.name)
      }
      return { kind: "enum", name, size: type.size, signed: type.signed, names, values }
    }
    case "float":
      return { kind: "float", name, size: type.size }
    case "array": {
      const size = btf.sizeOf(id)
      const element = build(btf, type.element, known, depth + 1)
      if (isChar(btf, type.element)) return { kind: "chars", name, size }
      return { kind: "array", name, size, length: type.length, element }
    }
    case "struct":
    case "union": {
      const fields: FieldLayout[] = []
      flatten(btf, type.members, 0, fields, known, depth)
      return record(btf, name, type.size, fields)
    }
    case "datasec": {
      const fields = type.variables.map(variable => ({
        name: btf.kindOf(variable.type) === "var" ? btf.type(variable.type).name : "",
        offset: variable.offset,
        bitShift: 0,
        bitSize: 0,
        layout: build(btf, variable.type, known, depth + 1),
      }))
      return record(btf, type.name, type.size, fields)
    }
    default:
      throw new BtfError(`${btf.label}: type [${from}] (${name}) has no values: it is a ${type.kind}`)
  }
}

function flatten(
  btf: Btf,
  members: readonly BtfMember[],
  startBits: number,
  fields: FieldLayout[],
  known: Map<TypeId, Layout>,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw new BtfError(`${btf.label}: anonymous members nest deeper than ${MAX_DEPTH}`)
  for (const member of members) {
    const { bitOffset, bitSize } = memberBits(btf, member)
    const at = startBits + bitOffset
    if (member.name === "") {
      const inner = btf.resolve(member.type)
      const type = btf.isVoid(inner) ? undefined : btf.type(inner)
      // An unnamed bitfield is padding.
      if (type?.kind === "struct" || type?.kind === "union")
        flatten(btf, type.members, at, fields, known, depth + 1)
      continue
    }
    if (fields.length >= MAX_FIELDS)
      throw new BtfError(`${btf.label}: a struct has over ${MAX_FIELDS} fields with its anonymous members'`)
    const layout = build(btf, member.type, known, depth + 1)
    if (bitSize !== 0 && !BITFIELD_KINDS.has(layout.kind))
      throw new BtfError(`${btf.label}: bitfield ${member.name} has the type ${layout.name}`)
    if (bitSize > layout.size * 8)
      throw new BtfError(
        `${btf.label}: bitfield ${member.name} of ${bitSize} bits exceeds its type ${layout.name}`,
      )
    if (bitSize === 0 && at % 8 !== 0)
      throw new BtfError(`${btf.label}: member ${member.name} stands at bit ${at}, which starts no byte`)
    fields.push({ name: member.name, offset: Math.floor(at / 8), bitShift: at % 8, bitSize, layout })
  }
}

/** Every field lies inside its record, so whoever has room for the record may read them all. */
function record(btf: Btf, name: string, size: number, fields: FieldLayout[]): RecordLayout {
  for (const field of fields) {
    const length = field.bitSize === 0 ? field.layout.size : Math.ceil((field.bitShift + field.bitSize) / 8)
    if (field.offset + length > size)
      throw new BtfError(
        `${btf.label}: ${name}.${field.name}: ${length} bytes at offset ${field.offset} leave the ${size} bytes there are`,
      )
  }
  return {
    kind: "record",
    name,
    size,
    fields,
    fieldsByName: new Map(fields.map(field => [field.name, field])),
  }
}

/** Like `resolve`, but also through `var`. */
function valueType(btf: Btf, id: TypeId): TypeId {
  const at = btf.resolve(id)
  const variable = btf.isVoid(at) ? undefined : btf.typeOf(at, "var")
  return variable ? btf.resolve(variable.type) : at
}

function isChar(btf: Btf, id: TypeId): boolean {
  const at = btf.resolve(id)
  const type = btf.isVoid(at) ? undefined : btf.typeOf(at, "int")
  return type !== undefined && type.size === 1 && (type.name === "char" || type.encoding === "char")
}
