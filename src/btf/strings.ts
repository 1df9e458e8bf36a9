import { BtfError, decodeUtf8 } from "../base/index.ts"

/** Strings may share tails, so more text can come out than went in; past this many times the section it is an attack. */
const OVERLAP_LIMIT = 8
const OVERLAP_ALLOWANCE = 16 << 20

/** What the reader of dangling references may have forgotten. */
export const SPLIT_HINT = "split BTF (of a kernel module) must be read with its base"

/** The string section of one BTF blob: names by offset, decoded when asked for and kept. */
export class StringTable {
  /** First offset of this section: that of split BTF continues where its base's ends. */
  readonly start: number
  /** First offset past this section. */
  readonly end: number
  readonly base: StringTable | undefined
  readonly #bytes: Uint8Array
  readonly #label: string
  readonly #cache = new Map<number, string>()
  #budget: number

  constructor(bytes: Uint8Array, label: string, base: StringTable | undefined) {
    this.base = base
    this.#bytes = bytes
    this.#label = label
    this.start = base?.end ?? 0
    this.end = this.start + bytes.length
    this.#budget = OVERLAP_ALLOWANCE + OVERLAP_LIMIT * bytes.length
    if (bytes.length === 0 && base) return
    if (bytes.length === 0) throw new BtfError(`${label}: the string section is empty`)
    if (bytes[bytes.length - 1] !== 0) throw new BtfError(`${label}: the string section does not end in NUL`)
    if (!base && bytes[0] !== 0)
      throw new BtfError(`${label}: the string section does not start with the empty string`, {
        hint: SPLIT_HINT,
      })
  }

  get byteLength(): number {
    return this.#bytes.length
  }

  /** The string at an offset; throws BtfError when the offset is outside the section. */
  at(offset: number): string {
    if (offset === 0) return ""
    if (offset < this.start && this.base) return this.base.at(offset)
    const known = this.#cache.get(offset)
    if (known !== undefined) return known
    const from = offset - this.start
    if (!(from >= 0 && from < this.#bytes.length)) {
      throw new BtfError(
        `${this.#label}: string offset ${offset} is outside the ${this.end} bytes of strings`,
      )
    }
    const until = this.#bytes.indexOf(0, from)
    this.#budget -= until - from
    if (this.#budget < 0) {
      throw new BtfError(
        `${this.#label}: overlapping strings amount to over ${OVERLAP_LIMIT} times their section`,
      )
    }
    const text = decodeUtf8(this.#bytes.subarray(from, until))
    this.#cache.set(offset, text)
    return text
  }

  /** Whether exactly these bytes and a NUL stand at an offset of this section (not of its base). */
  equalsAt(offset: number, name: Uint8Array): boolean {
    const from = offset - this.start
    if (from < 0 || from + name.length >= this.#bytes.length) return false
    for (let i = 0; i < name.length; i++) if (this.#bytes[from + i] !== name[i]) return false
    return this.#bytes[from + name.length] === 0
  }

  /** Where each string of this section starts. */
  *offsets(): Generator<number> {
    for (let from = 0; from < this.#bytes.length; from = this.#bytes.indexOf(0, from) + 1)
      yield this.start + from
  }

  /** The section itself, a view. */
  raw(): Uint8Array {
    return this.#bytes
  }
}

/** A hash of the first bytes of the NUL-terminated string at `from`; equal strings have equal hashes. */
export function hashString(bytes: Uint8Array, from: number): number {
  // FNV-1a. Only the beginning is hashed, so that a megabyte of overlapping names costs nothing.
  const limit = Math.min(from + HASHED_BYTES, bytes.length)
  let hash = 0x811c9dc5 | 0
  for (let i = from; i < limit; i++) {
    const byte = bytes[i]!
    if (byte === 0) break
    hash = Math.imul(hash ^ byte, 0x01000193)
  }
  return hash ^ (hash >>> 15)
}

const HASHED_BYTES = 64
