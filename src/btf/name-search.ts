import { encodeUtf8 } from "../base/index.ts"
import { essentialName } from "./core/essential-name.ts"
import type { NameLookup } from "./name-lookup.ts"
import type { StringTable } from "./strings.ts"
import type { TypeSection } from "./type-section.ts"

/** Where `pattern` stands in `bytes` from `from` on, or −1: the host's own search, such as Node's Buffer has. */
export type ByteSearch = (bytes: Uint8Array, pattern: Uint8Array, from: number) => number

/**
 * Finds types by name without looking at the names of others: the host searches the string section, and types hang at the
 * offsets of their names. For a few names of a kernel this is many times faster than an index of all.
 */
export class NameSearch implements NameLookup {
  readonly #section: TypeSection
  readonly #strings: StringTable
  readonly #search: ByteSearch
  /** First type of each string offset and the next one of each type, as index + 1; 0 ends a chain. */
  readonly #heads: Uint32Array
  readonly #next: Uint32Array
  /** What was found before, by the pattern. */
  readonly #found = new Map<string, readonly number[]>()

  private constructor(
    section: TypeSection,
    strings: StringTable,
    search: ByteSearch,
    chains: readonly [heads: Uint32Array, next: Uint32Array],
  ) {
    this.#section = section
    this.#strings = strings
    this.#search = search
    ;[this.#heads, this.#next] = chains
  }

  /** Undefined where names share their tails: then searching from string to string would miss some. */
  static of(section: TypeSection, strings: StringTable, search: ByteSearch): NameSearch | undefined {
    if (strings.base) return undefined
    const { words, starts } = section
    const bytes = strings.raw()
    const heads = new Uint32Array(bytes.length)
    const next = new Uint32Array(starts.length)
    for (let i = starts.length - 1; i >= 0; i--) {
      const offset = words[starts[i]!]!
      if (offset === 0) continue
      if (bytes[offset - 1] !== 0) return undefined
      next[i] = heads[offset]!
      heads[offset] = i + 1
    }
    return new NameSearch(section, strings, search, [heads, next])
  }

  indexesOf(name: string): readonly number[] {
    return name === "" ? [] : this.#startingWith(`\0${name}\0`)
  }

  flavoursOf(essential: string): readonly number[] {
    const { words, starts } = this.#section
    return this.#startingWith(`\0${essential}___`).filter(
      index => essentialName(this.#strings.at(words[starts[index]!]!)) === essential,
    )
  }

  /** Types with a name where `pattern`, whose first byte is the NUL of the string in front, stands. */
  #startingWith(text: string): readonly number[] {
    const known = this.#found.get(text)
    if (known) return known
    const [bytes, pattern] = [this.#strings.raw(), encodeUtf8(text)]
    const indexes: number[] = []
    for (let at = this.#search(bytes, pattern, 0); at >= 0; at = this.#search(bytes, pattern, at + 1))
      for (let i = this.#heads[at + 1]!; i !== 0; i = this.#next[i - 1]!) indexes.push(i - 1)
    indexes.sort((a, b) => a - b)
    this.#found.set(text, indexes)
    return indexes
  }
}
