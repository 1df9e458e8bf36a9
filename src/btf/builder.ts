import { BtfError, encodeUtf8 } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { encodeType } from "./encode.ts"
import { BTF_HEADER_SIZE, BTF_MAGIC, BTF_VERSION } from "./kinds.ts"
import { readBtf } from "./read.ts"
import { fromWords } from "./type-section.ts"
import type { BtfType, TypeId } from "./types.ts"

export interface BtfBuilderOptions {
  /** Build split BTF: ids and strings go on where those of the base end. */
  readonly base?: Btf
}

/**
 * Makes BTF type by type. Types may refer to ids that come later: cycles are made with `reserve` and `define`.
 * Equal strings are stored once; equal types are not merged.
 */
export class BtfBuilder {
  readonly #base: Btf | undefined
  readonly #firstId: number
  readonly #types: (BtfType | undefined)[] = []
  readonly #strings: StringSet

  constructor(options: BtfBuilderOptions = {}) {
    this.#base = options.base
    this.#firstId = options.base?.count ?? 1
    this.#strings = new StringSet(options.base)
  }

  /** One more than the last id given out. */
  get count(): number {
    return this.#firstId + this.#types.length
  }

  add(type: BtfType): TypeId {
    this.#types.push(type)
    return (this.count - 1) as TypeId
  }

  /** An id whose type comes later, with `define`. */
  reserve(): TypeId {
    this.#types.push(undefined)
    return (this.count - 1) as TypeId
  }

  /** Sets the type of an id given out before. */
  define(id: TypeId, type: BtfType): void {
    const index = id - this.#firstId
    if (!(index >= 0 && index < this.#types.length))
      throw new BtfError(`type [${id}] was not given out by this builder`)
    this.#types[index] = type
  }

  /** The offset of a string, added when it is new: for BTF.ext records. */
  string(text: string): number {
    return this.#strings.offsetOf(text)
  }

  /** The BTF blob, little-endian unless told otherwise (or the base is not). Throws BtfError as `readBtf` does. */
  build(options: { littleEndian?: boolean } = {}): Uint8Array {
    const words: number[] = []
    this.#types.forEach((type, index) => {
      if (!type) throw new BtfError(`type [${this.#firstId + index}] was reserved and never defined`)
      encodeType(type, words, text => this.#strings.offsetOf(text))
    })
    const littleEndian = options.littleEndian ?? this.#base?.littleEndian ?? true
    const bytes = assembleBtf(Uint32Array.from(words), this.#strings.bytes(), littleEndian)
    readBtf(bytes, { label: "built BTF", ...(this.#base && { base: this.#base }) })
    return bytes
  }
}

/** A BTF blob as bytes: unchanged but for the byte order, when another one is asked for. */
export function writeBtf(btf: Btf, options: { littleEndian?: boolean } = {}): Uint8Array {
  const { section, strings, littleEndian } = btf.parts()
  return assembleBtf(section.words, strings.raw(), options.littleEndian ?? littleEndian)
}

function assembleBtf(words: Uint32Array, strings: Uint8Array, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(BTF_HEADER_SIZE + words.length * 4 + strings.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, BTF_MAGIC, littleEndian)
  view.setUint8(2, BTF_VERSION)
  view.setUint32(4, BTF_HEADER_SIZE, littleEndian)
  view.setUint32(12, words.length * 4, littleEndian)
  view.setUint32(16, words.length * 4, littleEndian)
  view.setUint32(20, strings.length, littleEndian)
  bytes.set(fromWords(words, littleEndian), BTF_HEADER_SIZE)
  bytes.set(strings, BTF_HEADER_SIZE + words.length * 4)
  return bytes
}

/** The strings of a blob under construction; those of its base are used where they exist. */
class StringSet {
  readonly #offsets = new Map<string, number>([["", 0]])
  readonly #parts: Uint8Array[] = []
  #end: number

  constructor(base: Btf | undefined) {
    this.#end = base?.stringEnd ?? 0
    if (!base) this.#append("")
    for (let at: Btf | undefined = base; at; at = at.base) {
      const table = at.parts().strings
      for (const offset of table.offsets()) {
        const text = table.at(offset)
        if (!this.#offsets.has(text)) this.#offsets.set(text, offset)
      }
    }
  }

  offsetOf(text: string): number {
    const known = this.#offsets.get(text)
    if (known !== undefined) return known
    if (text.includes("\0")) throw new BtfError(`${JSON.stringify(text)} holds a NUL, which ends strings`)
    return this.#append(text)
  }

  bytes(): Uint8Array {
    const all = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of this.#parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  #append(text: string): number {
    const offset = this.#end
    const part = encodeUtf8(`${text}\0`)
    this.#parts.push(part)
    this.#end += part.length
    this.#offsets.set(text, offset)
    return offset
  }
}
