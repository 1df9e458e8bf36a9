import { BtfError } from "../base/index.ts"
import { INT_BOOL, INT_CHAR, INT_SIGNED, KIND, KIND_NAMES, TRAILER, TYPE_WORDS, VLEN_MASK } from "./kinds.ts"
import { SPLIT_HINT } from "./strings.ts"
import type { TypeSection } from "./type-section.ts"
import type { BtfKind } from "./types.ts"

/** What a reference in a blob may point to: ids below `count`, string offsets below `stringEnd`. */
export interface Limits {
  readonly firstId: number
  readonly count: number
  readonly stringEnd: number
  readonly label: string
  /** The kind number of any id, base types included. */
  kindOf(id: number): number
}

/** Which words of a type are references; the entries are the `vlen` records that follow it. */
interface References {
  /** The third word is a type id. */
  readonly type: boolean
  /** What an entry is called, and which word of it is a string offset or a type id; -1 for none. */
  readonly entry: string
  readonly entryName: number
  readonly entryType: number
}

const REFERENCES: readonly References[] = KIND_NAMES.map(referencesOf)

/**
 * Checks every string offset and type id, and the rules that decoding relies on. These are libbpf's
 * (`btf_validate_type`) and of the kernel's (`btf_*_check_meta`) those that a compiler's output keeps too: the
 * kernel also wants section sizes and offsets, which only a loader fills in.
 */
export function validateTypes(section: TypeSection, limits: Limits): void {
  const { words, starts } = section
  const { count, stringEnd } = limits
  const steps = Uint8Array.from(TRAILER, entry => entry.each)
  const skips = Uint8Array.from(TRAILER, entry => entry.fixed + TYPE_WORDS)
  const typed = Uint8Array.from(REFERENCES, row => Number(row.type))
  const names = Int8Array.from(REFERENCES, row => row.entryName)
  const types = Int8Array.from(REFERENCES, row => row.entryType)
  const special = Uint8Array.from(KIND_NAMES, name => Number(name !== undefined && SPECIAL.has(name)))
  for (let i = 0; i < starts.length; i++) {
    const at = starts[i]!
    const info = words[at + 1]!
    const kind = (info >>> 24) & 0x1f
    if (words[at]! >= stringEnd) badString(limits, i, kind, "its name", words[at]!)
    if (typed[kind] === 1 && words[at + 2]! >= count) badType(limits, i, kind, "it", words[at + 2]!)
    if (special[kind] === 1) checkKind(words, at, kind, i, limits)
    const step = steps[kind]!
    if (step === 0) continue
    const first = at + skips[kind]!
    const end = first + step * (info & VLEN_MASK)
    const name = names[kind]!
    const type = types[kind]!
    for (let p = first; p < end; p += step) {
      if (name >= 0 && words[p + name]! >= stringEnd)
        badString(limits, i, kind, `the name of ${entryName(kind, (p - first) / step)}`, words[p + name]!)
      if (type >= 0 && words[p + type]! >= count)
        badType(limits, i, kind, entryName(kind, (p - first) / step), words[p + type]!)
    }
  }
}

function referencesOf(kind: BtfKind | undefined): References {
  const none = { type: false, entry: "", entryName: -1, entryType: -1 }
  switch (kind) {
    case undefined:
    case "int":
    case "float":
    case "fwd":
    case "array":
      return none
    case "struct":
    case "union":
      return { type: false, entry: "member", entryName: 0, entryType: 1 }
    case "enum":
    case "enum64":
      return { type: false, entry: "enumerator", entryName: 0, entryType: -1 }
    case "func_proto":
      return { type: true, entry: "parameter", entryName: 0, entryType: 1 }
    case "datasec":
      return { type: false, entry: "variable", entryName: -1, entryType: 0 }
    case "ptr":
    case "typedef":
    case "const":
    case "volatile":
    case "restrict":
    case "func":
    case "var":
    case "decl_tag":
    case "type_tag":
      return { ...none, type: true }
    default:
      return kind satisfies never
  }
}

/** Kinds with rules of their own, beyond references. */
const SPECIAL: ReadonlySet<BtfKind> = new Set(["int", "float", "func", "var", "array", "enum", "enum64"])

function checkKind(words: Uint32Array, at: number, kind: number, index: number, limits: Limits): void {
  const last = words[at + 2]!
  const trailer = words[at + TYPE_WORDS]!
  switch (kind) {
    case KIND.int:
      checkInt(limits, index, trailer, last)
      break
    case KIND.float:
      if (![2, 4, 8, 12, 16].includes(last))
        broken(limits, index, kind, `its size ${last} is not 2, 4, 8, 12 or 16`)
      break
    case KIND.func: {
      const linkage = words[at + 1]! & VLEN_MASK
      if (limits.kindOf(last) !== KIND.func_proto)
        broken(limits, index, kind, `its type [${last}] is no func_proto`)
      if (linkage > 2) broken(limits, index, kind, `its linkage ${linkage} is not 0, 1 or 2`)
      break
    }
    case KIND.var:
      if (trailer > 2) broken(limits, index, kind, `its linkage ${trailer} is not 0, 1 or 2`)
      break
    case KIND.array: {
      const indexType = words[at + TYPE_WORDS + 1]!
      if (trailer >= limits.count) badType(limits, index, kind, "its element", trailer)
      if (indexType >= limits.count) badType(limits, index, kind, "its index", indexType)
      break
    }
    default:
      if (last === 0 || last > 8 || (last & (last - 1)) !== 0)
        broken(limits, index, kind, `its size ${last} is not 1, 2, 4 or 8`)
  }
}

function entryName(kind: number, index: number): string {
  return `${REFERENCES[kind]!.entry} ${index}`
}

function checkInt(limits: Limits, index: number, data: number, size: number): void {
  const encoding = (data >>> 24) & 0x0f
  const offset = (data >>> 16) & 0xff
  const bits = data & 0xff
  if (encoding !== 0 && encoding !== INT_SIGNED && encoding !== INT_CHAR && encoding !== INT_BOOL)
    broken(limits, index, KIND.int, `its encoding ${encoding} is not 0, 1, 2 or 4`)
  if (size === 0 || size > 16) broken(limits, index, KIND.int, `its size ${size} is not 1 to 16`)
  if (bits > 128 || offset + bits > size * 8)
    broken(limits, index, KIND.int, `${bits} bits at bit ${offset} do not fit its ${size} bytes`)
}

function broken(limits: Limits, index: number, kind: number, rule: string): never {
  throw new BtfError(`${limits.label}: type [${limits.firstId + index}] ${KIND_NAMES[kind]}: ${rule}`)
}

function badType(limits: Limits, index: number, kind: number, who: string, id: number): never {
  throw new BtfError(
    `${limits.label}: type [${limits.firstId + index}] ${KIND_NAMES[kind]}: ${who} refers to type [${id}], ` +
      `the last is [${limits.count - 1}]`,
    limits.firstId === 1 ? { hint: SPLIT_HINT } : {},
  )
}

function badString(limits: Limits, index: number, kind: number, who: string, offset: number): never {
  throw new BtfError(
    `${limits.label}: type [${limits.firstId + index}] ${KIND_NAMES[kind]}: ${who} is at ${offset}, ` +
      `the strings end at ${limits.stringEnd}`,
    limits.firstId === 1 ? { hint: SPLIT_HINT } : {},
  )
}
