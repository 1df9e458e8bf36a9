import type { Btf } from "./btf.ts"
import type { BtfType, TypeId } from "./types.ts"

export interface FormatRawOptions {
  /** Types to print, in this order; all of the blob's own types (not its base's) when absent. */
  readonly roots?: readonly TypeId[]
}

/** The text of `bpftool btf dump file FILE format raw`: one line a type, one more for each of its entries. */
export function formatRaw(btf: Btf, options: FormatRawOptions = {}): string {
  const lines: string[] = []
  for (const id of options.roots ?? btf.ownIds()) {
    const { head, entries } = describe(btf, btf.type(id))
    lines.push(`[${id}] ${kindWord(btf.type(id))} '${shown(btf.type(id).name)}'${head}\n`)
    for (const entry of entries) lines.push(`\t${entry}\n`)
  }
  return lines.join("")
}

function describe(btf: Btf, type: BtfType): { head: string; entries: string[] } {
  switch (type.kind) {
    case "int":
      return {
        head: ` size=${type.size} bits_offset=${type.bitOffset} nr_bits=${type.bits} encoding=${encodingWord(type.encoding)}`,
        entries: [],
      }
    case "ptr":
    case "const":
    case "volatile":
    case "restrict":
    case "typedef":
    case "type_tag":
      return { head: ` type_id=${type.type}`, entries: [] }
    case "array":
      return {
        head: ` type_id=${type.element} index_type_id=${type.index} nr_elems=${type.length}`,
        entries: [],
      }
    case "struct":
    case "union":
      return {
        head: ` size=${type.size} vlen=${type.members.length}`,
        entries: type.members.map(
          member =>
            `'${shown(member.name)}' type_id=${member.type} bits_offset=${member.bitOffset}` +
            (member.bitSize === 0 ? "" : ` bitfield_size=${member.bitSize}`),
        ),
      }
    case "enum":
    case "enum64": {
      const suffix = type.kind === "enum" ? "" : type.signed ? "LL" : "ULL"
      return {
        head: ` encoding=${type.signed ? "SIGNED" : "UNSIGNED"} size=${type.size} vlen=${type.values.length}`,
        entries: type.values.map(entry => `'${shown(entry.name)}' val=${entry.value}${suffix}`),
      }
    }
    case "fwd":
      return { head: ` fwd_kind=${type.aggregate}`, entries: [] }
    case "func":
      return { head: ` type_id=${type.type} linkage=${type.linkage}`, entries: [] }
    case "func_proto":
      return {
        head: ` ret_type_id=${type.returns} vlen=${type.params.length}`,
        entries: type.params.map(param => `'${shown(param.name)}' type_id=${param.type}`),
      }
    case "var":
      // The comma is bpftool's.
      return { head: ` type_id=${type.type}, linkage=${type.linkage}`, entries: [] }
    case "datasec":
      return {
        head: ` size=${type.size} vlen=${type.variables.length}`,
        entries: type.variables.map(variable => {
          const target = btf.isVoid(variable.type) ? undefined : btf.type(variable.type)
          const name = target ? `${kindWord(target)} '${shown(target.name)}'` : "UNKNOWN '(anon)'"
          return `type_id=${variable.type} offset=${variable.offset} size=${variable.size} (${name})`
        }),
      }
    case "float":
      return { head: ` size=${type.size}`, entries: [] }
    case "decl_tag":
      return { head: ` type_id=${type.type} component_idx=${type.component}`, entries: [] }
    default:
      return type satisfies never
  }
}

/** The JSON of `bpftool -j btf dump file FILE`, as it prints it: one line. */
export function formatRawJson(btf: Btf, options: FormatRawOptions = {}): string {
  const types: string[] = []
  for (const id of options.roots ?? btf.ownIds()) {
    const type = btf.type(id)
    const head: JsonObject = { id, kind: kindWord(type), name: shown(type.name) }
    types.push(stringify({ ...head, ...fieldsOf(type) }))
  }
  return `{"types":[${types.join(",")}]}\n`
}

type JsonObject = { [name: string]: string | number | bigint | JsonObject[] }

function fieldsOf(type: BtfType): JsonObject {
  switch (type.kind) {
    case "int":
      return {
        size: type.size,
        bits_offset: type.bitOffset,
        nr_bits: type.bits,
        encoding: encodingWord(type.encoding),
      }
    case "ptr":
    case "const":
    case "volatile":
    case "restrict":
    case "typedef":
    case "type_tag":
      return { type_id: type.type }
    case "array":
      return { type_id: type.element, index_type_id: type.index, nr_elems: type.length }
    case "struct":
    case "union":
      return {
        size: type.size,
        vlen: type.members.length,
        members: type.members.map(member => ({
          name: shown(member.name),
          type_id: member.type,
          bits_offset: member.bitOffset,
          ...(member.bitSize === 0 ? {} : { bitfield_size: member.bitSize }),
        })),
      }
    case "enum":
    case "enum64":
      return {
        encoding: type.signed ? "SIGNED" : "UNSIGNED",
        size: type.size,
        vlen: type.values.length,
        values: type.values.map(entry => ({
          name: shown(entry.name),
          val: type.kind === "enum" && !type.signed ? widened(entry.value) : entry.value,
        })),
      }
    case "fwd":
      return { fwd_kind: type.aggregate }
    case "func":
      return { type_id: type.type, linkage: type.linkage }
    case "func_proto":
      return {
        ret_type_id: type.returns,
        vlen: type.params.length,
        params: type.params.map(param => ({ name: shown(param.name), type_id: param.type })),
      }
    case "var":
      return { type_id: type.type, linkage: type.linkage }
    case "datasec":
      return {
        size: type.size,
        vlen: type.variables.length,
        vars: type.variables.map(variable => ({
          type_id: variable.type,
          offset: variable.offset,
          size: variable.size,
        })),
      }
    case "float":
      return { size: type.size }
    case "decl_tag":
      return { type_id: type.type, component_idx: type.component }
    default:
      return type satisfies never
  }
}

/** bpftool's JSON (not its text) sign-extends unsigned enumerators of 32 bits. */
function widened(value: bigint): bigint {
  return BigInt.asUintN(64, BigInt.asIntN(32, value))
}

/** JSON with bigints as plain numbers, as C prints them. */
function stringify(value: JsonObject): string {
  const fields = Object.entries(value).map(([name, part]) => {
    const text = Array.isArray(part)
      ? `[${part.map(stringify).join(",")}]`
      : typeof part === "string"
        ? JSON.stringify(part)
        : String(part)
    return `"${name}":${text}`
  })
  return `{${fields.join(",")}}`
}

function kindWord(type: BtfType): string {
  return type.kind.toUpperCase()
}

function encodingWord(encoding: "" | "signed" | "char" | "bool"): string {
  return encoding === "" ? "(none)" : encoding.toUpperCase()
}

function shown(name: string): string {
  return name === "" ? "(anon)" : name
}
