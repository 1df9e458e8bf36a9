import { BtfError, ByteReader } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { readMagic } from "./header.ts"
import { BTF_VERSION } from "./kinds.ts"
import type { TypeId } from "./types.ts"

/** What section `.BTF.ext` says about each ELF section of instructions, by that section's name. */
export interface BtfExt {
  readonly functions: ReadonlyMap<string, readonly FuncInfo[]>
  readonly lines: ReadonlyMap<string, readonly LineInfo[]>
  readonly coreRelocations: ReadonlyMap<string, readonly CoreRelocation[]>
}

/** Where a function starts: `at` in instruction slots (of 8 bytes) from the section's start, `type` a `func`. */
export interface FuncInfo {
  readonly at: number
  readonly type: TypeId
}

/** The source line of the slots from `at` on. `line` counts from 1; `text` is the line itself, where it was kept. */
export interface LineInfo {
  readonly at: number
  readonly file: string
  readonly text: string
  readonly line: number
  readonly column: number
}

/** `enum bpf_core_relo_kind` (include/uapi/linux/bpf.h), in its order. */
export const CORE_KINDS = [
  "field_byte_offset",
  "field_byte_size",
  "field_exists",
  "field_signed",
  "field_lshift_u64",
  "field_rshift_u64",
  "type_id_local",
  "type_id_target",
  "type_exists",
  "type_size",
  "enumval_exists",
  "enumval_value",
  "type_matches",
] as const

export type CoreKind = (typeof CORE_KINDS)[number]

/** A value in the instruction at slot `at` that depends on the kernel's types. */
export interface CoreRelocation {
  readonly at: number
  readonly kind: CoreKind
  /** The type in the object's own BTF that `access` starts from. */
  readonly type: TypeId
  /** Indexes of members, elements or enumerators, "0:1:2"; "0" for relocations of the type itself. */
  readonly access: string
}

const SLOT = 8
const HEADER_SIZE = 24
const HEADER_SIZE_WITH_CORE = 32

/**
 * Reads section `.BTF.ext`. Records may be longer than known: what is unknown of them is passed over, as libbpf's
 * `btf_ext_setup_info` does. `btf` must be the `.BTF` of the same object. Throws BtfError.
 */
export function readBtfExt(bytes: Uint8Array, btf: Btf, options: { label?: string } = {}): BtfExt {
  const label = options.label ?? "BTF.ext"
  const littleEndian = readMagic(bytes, label)
  if (littleEndian !== btf.littleEndian)
    throw new BtfError(`${label}: its byte order is not that of ${btf.label}`)
  const reader = new ByteReader(bytes, label, littleEndian, message => new BtfError(message))
  if (reader.u8(2) !== BTF_VERSION)
    throw new BtfError(`${label}: version ${reader.u8(2)}, only ${BTF_VERSION} is known`)
  if (reader.u8(3) !== 0) throw new BtfError(`${label}: unknown header flags 0x${reader.u8(3).toString(16)}`)
  const length = reader.u32(4)
  if (length < HEADER_SIZE || length > bytes.length) {
    throw new BtfError(
      `${label}: header length ${length} is not between ${HEADER_SIZE} and the ${bytes.length} bytes there are`,
    )
  }
  const sub = (name: string, at: number, minimum: number): SubSection => ({
    name,
    start: length + reader.u32(at),
    length: reader.u32(at + 4),
    minimum,
  })
  const hasCore = length >= HEADER_SIZE_WITH_CORE
  return {
    functions: readRecords(reader, btf, label, sub("func_info", 8, 8), at =>
      readFunction(reader, btf, label, at),
    ),
    lines: readRecords(reader, btf, label, sub("line_info", 16, 16), at => readLine(reader, btf, label, at)),
    coreRelocations: hasCore
      ? readRecords(reader, btf, label, sub("core_relo", 24, 16), at => readCore(reader, btf, label, at))
      : new Map(),
  }
}

interface SubSection {
  readonly name: string
  readonly start: number
  readonly length: number
  /** Bytes of the part of a record that is known. */
  readonly minimum: number
}

function readRecords<T>(
  reader: ByteReader,
  btf: Btf,
  label: string,
  section: SubSection,
  read: (at: number) => T,
): Map<string, T[]> {
  const records = new Map<string, T[]>()
  if (section.length === 0) return records
  const where = `${label}: ${section.name}`
  if (section.start % 4 !== 0) throw new BtfError(`${where} at ${section.start} is not 4-byte aligned`)
  reader.check(section.start, section.length)
  const end = section.start + section.length
  if (section.length < 4) throw new BtfError(`${where}: ${section.length} bytes hold no record size`)
  const size = reader.u32(section.start)
  if (size < section.minimum || size % 4 !== 0)
    throw new BtfError(`${where}: record size ${size} is below ${section.minimum} or no multiple of 4`)
  let at = section.start + 4
  if (at === end) throw new BtfError(`${where}: there are no records`)
  while (at < end) {
    if (end - at < 8) throw new BtfError(`${where}: section header at byte ${at} is cut off`)
    const name = btf.string(reader.u32(at))
    const count = reader.u32(at + 4)
    if (count === 0) throw new BtfError(`${where}: section ${name} has no records`)
    at += 8
    if (count * size > end - at)
      throw new BtfError(
        `${where}: ${count} records of ${size} bytes for ${name}, ${end - at} bytes are left`,
      )
    const list = records.get(name) ?? []
    records.set(name, list)
    for (let i = 0; i < count; i++, at += size) list.push(read(at))
  }
  return records
}

function readFunction(reader: ByteReader, btf: Btf, label: string, at: number): FuncInfo {
  const type = reader.u32(at + 4) as TypeId
  checkType(btf, label, "func_info", at, type)
  return { at: readSlot(reader, label, "func_info", at), type }
}

function readLine(reader: ByteReader, btf: Btf, label: string, at: number): LineInfo {
  const position = reader.u32(at + 12)
  return {
    at: readSlot(reader, label, "line_info", at),
    file: btf.string(reader.u32(at + 4)),
    text: btf.string(reader.u32(at + 8)),
    line: position >>> 10,
    column: position & 0x3ff,
  }
}

function readCore(reader: ByteReader, btf: Btf, label: string, at: number): CoreRelocation {
  const type = reader.u32(at + 4) as TypeId
  checkType(btf, label, "core_relo", at, type)
  const number = reader.u32(at + 12)
  const kind = CORE_KINDS[number]
  if (kind === undefined)
    throw new BtfError(
      `${label}: core_relo at byte ${at} has kind ${number}, known are 0 to ${CORE_KINDS.length - 1}`,
    )
  return { at: readSlot(reader, label, "core_relo", at), kind, type, access: btf.string(reader.u32(at + 8)) }
}

function readSlot(reader: ByteReader, label: string, what: string, at: number): number {
  const offset = reader.u32(at)
  if (offset % SLOT !== 0)
    throw new BtfError(
      `${label}: ${what} at byte ${at} names instruction byte ${offset}, no multiple of ${SLOT}`,
    )
  return offset / SLOT
}

function checkType(btf: Btf, label: string, what: string, at: number, type: TypeId): void {
  if (type === 0 || type >= btf.count)
    throw new BtfError(
      `${label}: ${what} at byte ${at} refers to type [${type}], there are 1 to ${btf.count - 1}`,
    )
}
