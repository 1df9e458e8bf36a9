import { INT_BOOL, INT_CHAR, INT_SIGNED, KIND_NAMES, TYPE_WORDS, VLEN_MASK } from "./kinds.ts"
import type { StringTable } from "./strings.ts"
import type {
  BtfEnumerator,
  BtfLinkage,
  BtfMember,
  BtfParam,
  BtfSectionVariable,
  BtfType,
  TypeId,
} from "./types.ts"

const LINKAGE: readonly BtfLinkage[] = ["static", "global", "extern"]

/** Decodes the validated type whose first word is at `at`. */
export function decodeType(words: Uint32Array, at: number, strings: StringTable): BtfType {
  const info = words[at + 1]!
  const vlen = info & VLEN_MASK
  const flag = info >>> 31 === 1
  const last = words[at + 2]!
  const name = strings.at(words[at]!)
  const trailer = at + TYPE_WORDS
  const kind = KIND_NAMES[(info >>> 24) & 0x1f]
  switch (kind) {
    case "int": {
      const data = words[trailer]!
      return {
        kind,
        name,
        size: last,
        encoding: encodingOf((data >>> 24) & 0x0f),
        bitOffset: (data >>> 16) & 0xff,
        bits: data & 0xff,
      }
    }
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      return { kind, name: "", type: last as TypeId }
    case "array":
      return {
        kind,
        name: "",
        element: words[trailer] as TypeId,
        index: words[trailer + 1] as TypeId,
        length: words[trailer + 2]!,
      }
    case "struct":
    case "union":
      return { kind, name, size: last, members: decodeMembers(words, trailer, vlen, flag, strings) }
    case "enum":
      return {
        kind,
        name,
        size: last,
        signed: flag,
        values: decodeEnumerators(words, trailer, vlen, flag, strings),
      }
    case "enum64":
      return {
        kind,
        name,
        size: last,
        signed: flag,
        values: decodeEnumerators64(words, trailer, vlen, flag, strings),
      }
    case "fwd":
      return { kind, name, aggregate: flag ? "union" : "struct" }
    case "typedef":
      return { kind, name, type: last as TypeId }
    case "type_tag":
      return flag
        ? { kind, name, type: last as TypeId, attribute: true }
        : { kind, name, type: last as TypeId }
    case "func":
      return { kind, name, type: last as TypeId, linkage: LINKAGE[vlen]! }
    case "func_proto":
      return { kind, name: "", returns: last as TypeId, params: decodeParams(words, trailer, vlen, strings) }
    case "var":
      return { kind, name, type: last as TypeId, linkage: LINKAGE[words[trailer]!]! }
    case "datasec":
      return { kind, name, size: last, variables: decodeVariables(words, trailer, vlen) }
    case "float":
      return { kind, name, size: last }
    case "decl_tag": {
      const component = words[trailer]! | 0
      const type = last as TypeId
      return flag ? { kind, name, type, component, attribute: true } : { kind, name, type, component }
    }
    case undefined:
      throw new Error(`BUG: kind ${(info >>> 24) & 0x1f} passed validation`)
    default:
      return kind satisfies never
  }
}

function encodingOf(bits: number): "" | "signed" | "char" | "bool" {
  if (bits === INT_SIGNED) return "signed"
  if (bits === INT_CHAR) return "char"
  return bits === INT_BOOL ? "bool" : ""
}

function decodeMembers(
  words: Uint32Array,
  from: number,
  count: number,
  flag: boolean,
  strings: StringTable,
): BtfMember[] {
  const members: BtfMember[] = []
  for (let i = 0, at = from; i < count; i++, at += 3) {
    const offset = words[at + 2]!
    members.push({
      name: strings.at(words[at]!),
      type: words[at + 1] as TypeId,
      bitOffset: flag ? offset & 0xffffff : offset,
      bitSize: flag ? offset >>> 24 : 0,
    })
  }
  return members
}

function decodeEnumerators(
  words: Uint32Array,
  from: number,
  count: number,
  signed: boolean,
  strings: StringTable,
): BtfEnumerator[] {
  const values: BtfEnumerator[] = []
  for (let i = 0, at = from; i < count; i++, at += 2) {
    const value = words[at + 1]!
    values.push({ name: strings.at(words[at]!), value: BigInt(signed ? value | 0 : value) })
  }
  return values
}

function decodeEnumerators64(
  words: Uint32Array,
  from: number,
  count: number,
  signed: boolean,
  strings: StringTable,
): BtfEnumerator[] {
  const values: BtfEnumerator[] = []
  for (let i = 0, at = from; i < count; i++, at += 3) {
    const value = (BigInt(words[at + 2]!) << 32n) | BigInt(words[at + 1]!)
    values.push({ name: strings.at(words[at]!), value: signed ? BigInt.asIntN(64, value) : value })
  }
  return values
}

function decodeParams(words: Uint32Array, from: number, count: number, strings: StringTable): BtfParam[] {
  const params: BtfParam[] = []
  for (let i = 0, at = from; i < count; i++, at += 2)
    params.push({ name: strings.at(words[at]!), type: words[at + 1] as TypeId })
  return params
}

function decodeVariables(words: Uint32Array, from: number, count: number): BtfSectionVariable[] {
  const variables: BtfSectionVariable[] = []
  for (let i = 0, at = from; i < count; i++, at += 3)
    variables.push({ type: words[at] as TypeId, offset: words[at + 1]!, size: words[at + 2]! })
  return variables
}
