/** A small ELF file made for tests: one executable segment, one writable one, and the sections that are told. */
export interface ElfParts {
  readonly type?: "exec" | "dyn"
  /** Of .symtab; values are addresses. */
  readonly symbols?: readonly ElfSymbol[]
  /** Of .dynsym; `version` names a version of .gnu.version_d. */
  readonly dynamic?: readonly (ElfSymbol & { readonly version?: string })[]
  readonly notes?: readonly ElfNote[]
  /** Address of .stapsdt.base. */
  readonly base?: bigint
}

export interface ElfSymbol {
  readonly name: string
  readonly address: bigint
  readonly weak?: boolean
  readonly type?: "func" | "object"
}

export interface ElfNote {
  readonly location: bigint
  readonly base?: bigint
  readonly semaphore?: bigint
  readonly texts: readonly string[]
}

/** Where the text and data segments are in memory and in the file. */
export const TEXT = { address: 0x401000n, offset: 0x1000n, size: 0x1000n } as const
export const DATA = { address: 0x403800n, offset: 0x2800n, size: 0x800n } as const

interface Raw {
  readonly name: string
  readonly type: number
  readonly bytes: Uint8Array
  readonly link?: number
  readonly address?: bigint
}

export function buildElf(parts: ElfParts): Uint8Array<ArrayBuffer> {
  const sections = sectionsOf(parts)
  const names = new Strings()
  const headers = sections.map(section => names.add(section.name))
  const namesAt = names.add(".shstrtab")
  const all: Raw[] = [...sections, { name: ".shstrtab", type: 3, bytes: names.bytes() }]
  const nameOffsets = [...headers, namesAt]
  let end = 64 + 2 * 56
  const offsets = all.map(({ bytes }) => {
    const at = (end + 7) & ~7
    end = at + bytes.length
    return at
  })
  const table = (end + 7) & ~7
  const file = new Uint8Array(table + all.length * 64)
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, parts.type === "dyn" ? 3 : 2, true)
  view.setBigUint64(32, 64n, true)
  view.setBigUint64(40, BigInt(table), true)
  view.setUint16(54, 56, true)
  view.setUint16(56, 2, true)
  view.setUint16(58, 64, true)
  view.setUint16(60, all.length, true)
  view.setUint16(62, all.length - 1, true)
  for (const [index, { address, offset, size }] of [TEXT, DATA].entries()) {
    const at = 64 + index * 56
    view.setUint32(at, 1, true)
    view.setUint32(at + 4, index === 0 ? 5 : 6, true)
    view.setBigUint64(at + 8, offset, true)
    view.setBigUint64(at + 16, address, true)
    view.setBigUint64(at + 32, size, true)
    view.setBigUint64(at + 40, size, true)
  }
  for (const [index, section] of all.entries()) {
    const [at, offset] = [table + index * 64, offsets[index] as number]
    file.set(section.bytes, offset)
    view.setUint32(at, nameOffsets[index] as number, true)
    view.setUint32(at + 4, section.type, true)
    view.setBigUint64(at + 16, section.address ?? 0n, true)
    view.setBigUint64(at + 24, BigInt(offset), true)
    view.setBigUint64(at + 32, BigInt(section.bytes.length), true)
    view.setUint32(at + 40, section.link ?? 0, true)
  }
  return file
}

function sectionsOf({ symbols, dynamic, notes, base }: ElfParts): Raw[] {
  const sections: Raw[] = [{ name: "", type: 0, bytes: new Uint8Array(0) }]
  if (symbols) {
    const strings = new Strings()
    const bytes = symbolTable(symbols, strings)
    sections.push({ name: ".symtab", type: 2, bytes, link: sections.length + 1 })
    sections.push({ name: ".strtab", type: 3, bytes: strings.bytes() })
  }
  if (dynamic) {
    const strings = new Strings()
    const bytes = symbolTable(dynamic, strings)
    const versions = [...new Set(dynamic.flatMap(({ version }) => version ?? []))]
    const definitions = versionDefinitions(versions, strings)
    const text = sections.length + 1
    sections.push({ name: ".dynsym", type: 11, bytes, link: text })
    sections.push({ name: ".dynstr", type: 3, bytes: strings.bytes() })
    const numbers = dynamic.map(({ version }) => (version === undefined ? 1 : 2 + versions.indexOf(version)))
    const table = new Uint8Array(Uint16Array.of(0, ...numbers).buffer)
    sections.push({ name: ".gnu.version", type: 0x6fffffff, bytes: table })
    sections.push({ name: ".gnu.version_d", type: 0x6ffffffd, bytes: definitions, link: text })
  }
  if (notes) sections.push({ name: ".note.stapsdt", type: 7, bytes: noteTable(notes) })
  if (base !== undefined)
    sections.push({ name: ".stapsdt.base", type: 1, bytes: new Uint8Array(1), address: base })
  return sections
}

function symbolTable(symbols: readonly ElfSymbol[], strings: Strings): Uint8Array {
  const bytes = new Uint8Array((symbols.length + 1) * 24)
  const view = new DataView(bytes.buffer)
  for (const [index, { name, address, weak, type }] of symbols.entries()) {
    const at = (index + 1) * 24
    view.setUint32(at, strings.add(name), true)
    view.setUint8(at + 4, ((weak ? 2 : 1) << 4) | (type === "object" ? 1 : 2))
    view.setUint16(at + 6, 1, true)
    view.setBigUint64(at + 8, address, true)
  }
  return bytes
}

function versionDefinitions(versions: readonly string[], strings: Strings): Uint8Array {
  const bytes = new Uint8Array(Math.max(versions.length, 1) * 28)
  const view = new DataView(bytes.buffer)
  for (const [index, version] of versions.entries()) {
    const at = index * 28
    view.setUint16(at, 1, true)
    view.setUint16(at + 4, index + 2, true)
    view.setUint16(at + 6, 1, true)
    view.setUint32(at + 12, 20, true)
    view.setUint32(at + 16, index + 1 < versions.length ? 28 : 0, true)
    view.setUint32(at + 20, strings.add(version), true)
  }
  return bytes
}

function noteTable(notes: readonly ElfNote[]): Uint8Array {
  const parts = notes.flatMap(({ location, base = 0n, semaphore = 0n, texts }) => {
    const text = new TextEncoder().encode(texts.map(text => `${text}\0`).join(""))
    const size = 24 + text.length
    const bytes = new Uint8Array(12 + 8 + ((size + 3) & ~3))
    const view = new DataView(bytes.buffer)
    view.setUint32(0, 8, true)
    view.setUint32(4, size, true)
    view.setUint32(8, 3, true)
    bytes.set(new TextEncoder().encode("stapsdt"), 12)
    view.setBigUint64(20, location, true)
    view.setBigUint64(28, base, true)
    view.setBigUint64(36, semaphore, true)
    bytes.set(text, 44)
    return [...bytes]
  })
  return Uint8Array.from(parts)
}

class Strings {
  #text = "\0"

  add(text: string): number {
    const at = this.#text.length
    this.#text += `${text}\0`
    return at
  }

  bytes(): Uint8Array {
    return new TextEncoder().encode(this.#text)
  }
}
