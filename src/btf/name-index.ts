import { encodeUtf8 } from "../base/index.ts"
import { indexFlavours } from "./flavour-index.ts"
import type { NameLookup } from "./name-lookup.ts"
import { hashString, type StringTable } from "./strings.ts"
import type { TypeSection } from "./type-section.ts"

/**
 * Finds types by name without decoding a string: types hang in hash chains by the bytes of their names. Building
 * it reads each name once (at most 64 bytes of it), so 150,000 types take a few milliseconds.
 */
export class NameIndex implements NameLookup {
  readonly #section: TypeSection
  readonly #strings: StringTable
  readonly #mask: number
  /** First type of each chain and the next one of each type, as index + 1; 0 ends a chain. */
  readonly #heads: Uint32Array
  readonly #next: Uint32Array
  #flavours: ReadonlyMap<string, number[]> | undefined

  constructor(section: TypeSection, strings: StringTable) {
    this.#section = section
    this.#strings = strings
    const { words, starts } = section
    let buckets = 16
    while (buckets < starts.length * 2) buckets *= 2
    this.#mask = buckets - 1
    this.#heads = new Uint32Array(buckets)
    this.#next = new Uint32Array(starts.length)
    const [heads, next, mask] = [this.#heads, this.#next, this.#mask]
    const [bytes, first] = [strings.raw(), strings.start]
    for (let i = starts.length - 1; i >= 0; i--) {
      const offset = words[starts[i]!]!
      if (offset === 0) continue
      const bucket = (offset >= first ? hashString(bytes, offset - first) : this.#hashInBase(offset)) & mask
      next[i] = heads[bucket]!
      heads[bucket] = i + 1
    }
  }

  /** Indexes (id minus first id) of the types with this name, ascending. */
  *indexesOf(name: string): Generator<number> {
    if (name === "") return
    const bytes = encodeUtf8(name)
    const { words, starts } = this.#section
    for (let i = this.#heads[hashString(bytes, 0) & this.#mask]!; i !== 0; i = this.#next[i - 1]!) {
      const offset = words[starts[i - 1]!]!
      if (this.#table(offset).equalsAt(offset, bytes)) yield i - 1
    }
  }

  flavoursOf(essential: string): readonly number[] {
    this.#flavours ??= indexFlavours(this.#section, this.#strings)
    return this.#flavours.get(essential) ?? []
  }

  #hashInBase(offset: number): number {
    const table = this.#table(offset)
    return hashString(table.raw(), offset - table.start)
  }

  #table(offset: number): StringTable {
    let table = this.#strings
    while (offset < table.start && table.base) table = table.base
    return table
  }
}
