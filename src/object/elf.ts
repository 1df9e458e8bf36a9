import { ByteReader, decodeUtf8, ObjectError, toHex } from "../base/index.ts"

/** Section types (`sh_type`) that matter to BPF objects. */
export const SHT = {
  PROGBITS: 1,
  SYMTAB: 2,
  STRTAB: 3,
  RELA: 4,
  NOBITS: 8,
  REL: 9,
  LLVM_ADDRSIG: 0x6fff4c03,
} as const
/** Section flags (`sh_flags`). */
export const SHF = { WRITE: 1, ALLOC: 2, EXECINSTR: 4, COMPRESSED: 0x800 } as const
/** Symbol types and bindings (`st_info`), visibilities (`st_other`) and reserved section indexes. */
export const STT = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4 } as const
export const STB = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const
export const STV = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2 } as const
export const SHN = { UNDEF: 0, LORESERVE: 0xff00, XINDEX: 0xffff } as const
/** File types and machines (`e_type`, `e_machine`). */
export const ET_REL = 1
export const EM_NONE = 0
export const EM_BPF = 247

const HEADER_SIZE = 64
const SECTION_HEADER_SIZE = 64
const SYMBOL_SIZE = 24
const REL_SIZE = 16
/** Far above any C identifier, and above all names of a kernel: a hostile string table has names inside names. */
const LONGEST_NAME = 4096
const MOST_NAME_BYTES = 64 << 20

export interface ElfSection {
  readonly index: number
  readonly name: string
  /** `sh_type`, see SHT. */
  readonly type: number
  /** `sh_flags`, the low 32 bits, see SHF. */
  readonly flags: number
  readonly link: number
  readonly info: number
  /** `sh_entsize`: bytes of an entry of a table, else 0. */
  readonly entrySize: number
  /** Bytes in memory; larger than `bytes.length` only for NOBITS (`.bss`). */
  readonly size: number
  /** The bytes in the file, a view: empty for NOBITS. */
  readonly bytes: Uint8Array
}

export interface ElfSymbol {
  readonly index: number
  readonly name: string
  /** Offset in its section, bytes. */
  readonly value: number
  readonly size: number
  /** Section index, 0 when undefined, or a reserved number from SHN. */
  readonly section: number
  readonly type: number
  readonly binding: number
  readonly visibility: number
}

export interface ElfRelocation {
  /** Bytes from the start of the section that is relocated. */
  readonly offset: number
  readonly type: number
  /** Index into the symbol table; 0 is the null symbol. */
  readonly symbol: number
}

/** A 64-bit ELF file of either byte order: sections, symbols and relocations, all bounds-checked. */
export class ElfFile {
  readonly littleEndian: boolean
  /** `e_type`. */
  readonly type: number
  /** `e_machine`. */
  readonly machine: number
  /** Bytes of the file. */
  readonly size: number
  readonly sections: readonly ElfSection[]
  #byName: ReadonlyMap<string, ElfSection> | undefined
  #symbols: readonly ElfSymbol[] | undefined

  /** @internal Made by `readElf`. */
  constructor(
    littleEndian: boolean,
    type: number,
    machine: number,
    size: number,
    sections: readonly ElfSection[],
  ) {
    this.littleEndian = littleEndian
    this.type = type
    this.machine = machine
    this.size = size
    this.sections = sections
  }

  /** The first section of this name, or undefined. Throws ObjectError for a compressed one. */
  section(name: string): ElfSection | undefined {
    this.#byName ??= new Map(this.sections.toReversed().map(section => [section.name, section]))
    const section = name === "" ? undefined : this.#byName.get(name)
    if (section) refuseCompressed(section)
    return section
  }

  /** The symbol table (the first section of type SYMTAB); without one, no symbols. Element 0 is the null symbol. */
  get symbols(): readonly ElfSymbol[] {
    this.#symbols ??= this.#readSymbols()
    return this.#symbols
  }

  /** The relocations that a REL section holds. Throws ObjectError for a section of odd size. */
  relocations(section: ElfSection): ElfRelocation[] {
    refuseCompressed(section)
    const reader = this.#reader(section)
    if (reader.length % REL_SIZE !== 0) {
      throw new ObjectError(
        `elf: relocation section '${section.name}' is ${reader.length} bytes, not a multiple of ${REL_SIZE}`,
      )
    }
    const relocations: ElfRelocation[] = []
    for (let at = 0; at < reader.length; at += REL_SIZE) {
      relocations.push({
        offset: safeNumber(reader.u64(at), `relocation section '${section.name}': offset`),
        type: reader.u32(this.littleEndian ? at + 8 : at + 12),
        symbol: reader.u32(this.littleEndian ? at + 12 : at + 8),
      })
    }
    return relocations
  }

  #reader(section: ElfSection): ByteReader {
    return new ByteReader(section.bytes, `elf: section '${section.name}'`, this.littleEndian, outOfBounds)
  }

  #readSymbols(): readonly ElfSymbol[] {
    const table = this.sections.find(section => section.type === SHT.SYMTAB)
    if (!table) return []
    refuseCompressed(table)
    const strings = this.sections[table.link]
    if (strings?.type !== SHT.STRTAB) {
      throw new ObjectError(
        `elf: the symbol table names section ${table.link} as its strings, which is no string table`,
      )
    }
    const reader = this.#reader(table)
    const names = new StringTable(strings.bytes, strings.name)
    const symbols: ElfSymbol[] = []
    for (let index = 0; (index + 1) * SYMBOL_SIZE <= reader.length; index++) {
      const at = index * SYMBOL_SIZE
      const info = reader.u8(at + 4)
      symbols.push({
        index,
        name: names.at(reader.u32(at)),
        value: safeNumber(reader.u64(at + 8), `symbol ${index}: value`),
        size: safeNumber(reader.u64(at + 16), `symbol ${index}: size`),
        section: reader.u16(at + 6),
        type: info & 0xf,
        binding: info >> 4,
        visibility: reader.u8(at + 5) & 3,
      })
    }
    return symbols
  }
}

/**
 * Decodes the headers of a 64-bit ELF file of any machine; symbols and relocations on demand. Section bytes are
 * views into `file`. Throws ObjectError for anything that is not such a file or points outside itself.
 */
export function readElf(file: Uint8Array): ElfFile {
  // Node's Buffer overrides slice(): only a plain view copies as Uint8Array does.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength)
  checkIdentification(bytes)
  const littleEndian = bytes[5] === 1
  const reader = new ByteReader(bytes, "elf: file", littleEndian, outOfBounds)
  reader.check(0, HEADER_SIZE)
  const type = reader.u16(16)
  const machine = reader.u16(18)
  const tableOffset = safeNumber(reader.u64(40), "section header offset")
  if (tableOffset === 0) return new ElfFile(littleEndian, type, machine, bytes.length, [])

  const entrySize = reader.u16(58)
  if (entrySize !== SECTION_HEADER_SIZE) {
    throw new ObjectError(`elf: section headers of ${entrySize} bytes: 64-bit ELF has ${SECTION_HEADER_SIZE}`)
  }
  // Counts that do not fit 16 bits stand in the first section header.
  if (tableOffset + SECTION_HEADER_SIZE > bytes.length) {
    throw cutOff("section headers", tableOffset, tableOffset + SECTION_HEADER_SIZE, bytes.length)
  }
  const count = reader.u16(60) || safeNumber(reader.u64(tableOffset + 32), "section count")
  const namesIndex = reader.u16(62) === SHN.XINDEX ? reader.u32(tableOffset + 40) : reader.u16(62)
  const tableEnd = tableOffset + count * SECTION_HEADER_SIZE
  if (tableEnd > bytes.length) throw cutOff("section headers", tableOffset, tableEnd, bytes.length)
  const headers = Array.from({ length: count }, (_, index) =>
    readSectionHeader(reader, tableOffset + index * SECTION_HEADER_SIZE, index),
  )
  const namesHeader = headers[namesIndex]
  if (!namesHeader || namesIndex === 0) {
    throw new ObjectError(`elf: section ${namesIndex} is to hold the section names, but there is none`)
  }
  const names = new StringTable(sectionBytes(reader, namesHeader), "section names")
  const sections = headers.map((header, index) => ({
    index,
    name: index === 0 ? "" : names.at(header.nameOffset),
    type: header.type,
    flags: header.flags,
    link: header.link,
    info: header.info,
    entrySize: header.entrySize,
    size: header.size,
    bytes: index === 0 ? new Uint8Array(0) : sectionBytes(reader, header),
  }))
  return new ElfFile(littleEndian, type, machine, bytes.length, sections)
}

/** The architecture an `e_machine` stands for, for messages. */
export function machineName(machine: number): string {
  return MACHINES[machine] ?? `machine ${machine}`
}

const MACHINES: Readonly<Record<number, string>> = {
  0: "no machine",
  2: "SPARC",
  3: "x86 (32-bit)",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC 64",
  22: "s390",
  40: "ARM",
  62: "x86-64",
  183: "AArch64",
  243: "RISC-V",
  247: "BPF",
  258: "LoongArch",
}

/** Throws ObjectError when a section that has to be read is compressed. */
export function refuseCompressed(section: ElfSection): void {
  if ((section.flags & SHF.COMPRESSED) === 0) return
  throw new ObjectError(`elf: section '${section.name}' is compressed`, {
    hint: "compile without -gz, or decompress it with llvm-objcopy --decompress-debug-sections",
  })
}

function checkIdentification(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new ObjectError("not a proper ELF object: the file is empty")
  const magic = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46
  if (!magic) {
    const start = toHex(bytes.subarray(0, 4), " ")
    throw new ObjectError(`not a proper ELF object: it starts with ${start}, not with 7f 45 4c 46`, {
      hint: "give the object file that clang -target bpf writes",
    })
  }
  if (bytes.length < 16)
    throw new ObjectError(`elf: the file ends after ${bytes.length} bytes, within its header`)
  if (bytes[4] !== 2) {
    throw new ObjectError(`not a 64-bit ELF object: its class is ${bytes[4] === 1 ? "32-bit" : bytes[4]}`, {
      hint: "BPF objects are 64-bit: compile with clang -target bpf",
    })
  }
  if (bytes[5] !== 1 && bytes[5] !== 2) throw new ObjectError(`elf: unknown byte order ${bytes[5]}`)
}

interface SectionHeader {
  readonly nameOffset: number
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly size: number
  readonly link: number
  readonly info: number
  readonly entrySize: number
  readonly index: number
}

function readSectionHeader(reader: ByteReader, at: number, index: number): SectionHeader {
  return {
    nameOffset: reader.u32(at),
    type: reader.u32(at + 4),
    flags: Number(reader.u64(at + 8) & 0xffffffffn),
    offset: safeNumber(reader.u64(at + 24), `section ${index}: offset`),
    size: safeNumber(reader.u64(at + 32), `section ${index}: size`),
    link: reader.u32(at + 40),
    info: reader.u32(at + 44),
    entrySize: Number(reader.u64(at + 56)),
    index,
  }
}

function sectionBytes(reader: ByteReader, header: SectionHeader): Uint8Array {
  if (header.type === SHT.NOBITS || header.type === 0) return new Uint8Array(0)
  if (header.offset + header.size > reader.length) {
    throw cutOff(
      `bytes of section ${header.index}`,
      header.offset,
      header.offset + header.size,
      reader.length,
    )
  }
  return reader.slice(header.offset, header.size)
}

/** Names by offset, each decoded once. */
class StringTable {
  readonly #bytes: Uint8Array
  readonly #label: string
  readonly #names = new Map<number, string>()
  #decoded = 0

  constructor(bytes: Uint8Array, label: string) {
    this.#bytes = bytes
    this.#label = label
  }

  at(offset: number): string {
    let name = this.#names.get(offset)
    if (name === undefined) {
      name = this.#decode(offset)
      this.#names.set(offset, name)
    }
    return name
  }

  #decode(offset: number): string {
    if (offset >= this.#bytes.length) {
      if (offset === 0) return ""
      throw new ObjectError(
        `elf: name at ${offset} leaves string table '${this.#label}' (${this.#bytes.length} bytes)`,
      )
    }
    const window = this.#bytes.subarray(offset, offset + LONGEST_NAME + 1)
    const end = window.indexOf(0)
    if (end < 0) {
      throw new ObjectError(
        window.length > LONGEST_NAME
          ? `elf: name at ${offset} of string table '${this.#label}' is longer than ${LONGEST_NAME} bytes`
          : `elf: name at ${offset} of string table '${this.#label}' has no terminating NUL`,
      )
    }
    this.#decoded += end
    if (this.#decoded > MOST_NAME_BYTES) {
      throw new ObjectError(
        `elf: the names in string table '${this.#label}' overlap: they exceed ${MOST_NAME_BYTES} bytes`,
      )
    }
    return decodeUtf8(window.subarray(0, end))
  }
}

function safeNumber(value: bigint, what: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ObjectError(`elf: ${what} ${value} is out of range`)
  return Number(value)
}

function cutOff(what: string, start: number, end: number, length: number): ObjectError {
  const message = `elf: ${what} (bytes ${start} to ${end}) leave the file of ${length} bytes`
  return new ObjectError(message, { hint: "the file is cut off or damaged: compile it again" })
}

function outOfBounds(message: string): ObjectError {
  return new ObjectError(message)
}
