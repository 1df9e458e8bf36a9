import { encodeUtf8 } from "../../src/base/index.ts"

export interface BuiltSection {
  readonly name: string
  /** PROGBITS unless told. */
  readonly type?: number
  readonly flags?: number
  readonly bytes?: Uint8Array
  /** For a section that says it is larger or stands elsewhere than its bytes. */
  readonly size?: number
  readonly info?: number
}

export interface BuiltSymbol {
  readonly name: string
  /** Index into the given sections. */
  readonly section: number
  readonly value: number
  readonly size: number
  /** Global function unless told: binding in the upper half, type in the lower. */
  readonly info?: number
}

export const EXECUTABLE = 6
const GLOBAL_FUNCTION = 0x12

/** A little-endian BPF object of just these sections and symbols: for files that no compiler writes. */
export function buildElf(sections: readonly BuiltSection[], symbols: readonly BuiltSymbol[]): Uint8Array {
  const strings = new Strings()
  const symtab = new Uint8Array(24 * (symbols.length + 1))
  const view = new DataView(symtab.buffer)
  symbols.forEach(({ name, section, value, size, info = GLOBAL_FUNCTION }, index) => {
    const at = 24 * (index + 1)
    view.setUint32(at, strings.add(name), true)
    view.setUint8(at + 4, info)
    view.setUint16(at + 6, section + 1, true)
    view.setBigUint64(at + 8, BigInt(value), true)
    view.setBigUint64(at + 16, BigInt(size), true)
  })
  const all: (BuiltSection & { readonly link?: number; readonly entrySize?: number })[] = [
    ...sections,
    { name: ".symtab", type: 2, bytes: symtab, link: sections.length + 2, entrySize: 24 },
  ]
  const names = all.map(section => strings.add(section.name))
  const nameOfStrings = strings.add(".strtab")
  const parts = [...all, { name: ".strtab", type: 3, bytes: strings.bytes() }]
  return assemble(parts, [...names, nameOfStrings])
}

function assemble(
  sections: readonly (BuiltSection & { readonly link?: number; readonly entrySize?: number })[],
  names: readonly number[],
): Uint8Array {
  const offsets: number[] = []
  let end = 64
  for (const { bytes } of sections) {
    offsets.push(end)
    end += Math.ceil((bytes?.length ?? 0) / 8) * 8
  }
  const file = new Uint8Array(end + 64 * (sections.length + 1))
  const view = new DataView(file.buffer)
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 1, true)
  view.setUint16(18, 247, true)
  view.setBigUint64(40, BigInt(end), true)
  view.setUint16(58, 64, true)
  view.setUint16(60, sections.length + 1, true)
  view.setUint16(62, sections.length, true)
  sections.forEach(({ bytes = new Uint8Array(0), ...section }, index) => {
    file.set(bytes, offsets[index]!)
    const at = end + 64 * (index + 1)
    view.setUint32(at, names[index]!, true)
    view.setUint32(at + 4, section.type ?? 1, true)
    view.setBigUint64(at + 8, BigInt(section.flags ?? 0), true)
    view.setBigUint64(at + 24, BigInt(offsets[index]!), true)
    view.setBigUint64(at + 32, BigInt(section.size ?? bytes.length), true)
    view.setUint32(at + 40, section.link ?? 0, true)
    view.setUint32(at + 44, section.info ?? 0, true)
    view.setBigUint64(at + 56, BigInt(section.entrySize ?? 0), true)
  })
  return file
}

class Strings {
  readonly #offsets = new Map<string, number>()
  #text = "\0"

  add(name: string): number {
    let offset = this.#offsets.get(name)
    if (offset === undefined) {
      offset = this.#text.length
      this.#offsets.set(name, offset)
      this.#text += `${name}\0`
    }
    return offset
  }

  bytes(): Uint8Array {
    return encodeUtf8(this.#text)
  }
}
