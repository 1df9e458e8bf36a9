import { encodeUtf8 } from "../base/index.ts"
import { essentialName } from "./core/essential-name.ts"
import type { NameLookup } from "./name-lookup.ts"
import type { StringTable } from "./strings.ts"
import type { TypeSection } from "./type-section.ts"

/** Where `pattern` stands in `bytes` from `from` on, or −1: the host's own search, such as Node's Buffer has. */
export type ByteSearch = (bytes: Uint8Array, pattern: Uint8Array, from: number) => number

/**
 * Finds types by name without looking at the names of others: the host searches the string section, and types hang in
 * chains by the offsets of their names. For a few names of a kernel this is many times faster than an index of all.
 */
export class NameSearch implements NameLookup {
  readonly #section: TypeSection
  readonly #strings: StringTable
  readonly #search: ByteSearch
  /** First type of each chain and the next one of each type, as index + 1; 0 ends a chain. */
  readonly #heads: Uint32Array
  readonly #next: Uint32Array
  /** What was found before, by the pattern. */
  readonly #found = new Map<string, readonly number[]>()
  #flavours: ReadonlyMap<string, number[]> | undefined

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
    const heads = new Uint32Array(CHAINS)
    const next = new Uint32Array(starts.length)
    for (let i = starts.length - 1; i >= 0; i--) {
      const offset = words[starts[i]!]!
      if (offset === 0) continue
      if (bytes[offset - 1] !== 0) return undefined
      const chain = chainOf(offset)
      next[i] = heads[chain]!
      heads[chain] = i + 1
    }
    return new NameSearch(section, strings, search, [heads, next])
  }

  indexesOf(name: string): readonly number[] {
    return name === "" ? [] : this.#startingWith(`\0${name}\0`)
  }

  flavoursOf(essential: string): readonly number[] {
    this.#flavours ??= this.#findFlavours()
    return this.#flavours.get(essential) ?? []
  }

  /** All names with a flavour, in one search for what parts them. */
  #findFlavours(): ReadonlyMap<string, number[]> {
    const bytes = this.#strings.raw()
    const flavours = new Map<string, number[]>()
    let end = 0
    for (let at = this.#search(bytes, SEPARATOR, 0); at >= 0; at = this.#search(bytes, SEPARATOR, at + 1)) {
      // One name may have it several times.
      if (at < end) continue
      const start = bytes.lastIndexOf(0, at) + 1
      end = bytes.indexOf(0, at)
      const name = this.#strings.at(start)
      const essential = essentialName(name)
      if (essential === name) continue
      const known = flavours.get(essential) ?? []
      known.push(...this.#named(start))
      flavours.set(essential, known)
    }
    for (const indexes of flavours.values()) indexes.sort((a, b) => a - b)
    return flavours
  }

  /** Types with a name where `text`, whose first character is the NUL of the string in front, stands. */
  #startingWith(text: string): readonly number[] {
    const known = this.#found.get(text)
    if (known) return known
    const [bytes, pattern] = [this.#strings.raw(), encodeUtf8(text)]
    const indexes: number[] = []
    for (let at = this.#search(bytes, pattern, 0); at >= 0; at = this.#search(bytes, pattern, at + 1))
      indexes.push(...this.#named(at + 1))
    indexes.sort((a, b) => a - b)
    this.#found.set(text, indexes)
    return indexes
  }

  /** The types whose name starts at an offset. */
  #named(offset: number): number[] {
    const { words, starts } = this.#section
    const indexes: number[] = []
    for (let i = this.#heads[chainOf(offset)]!; i !== 0; i = this.#next[i - 1]!)
      if (words[starts[i - 1]!] === offset) indexes.push(i - 1)
    return indexes
  }
}

const SEPARATOR = encodeUtf8("___")

/** More would cost more in memory that is touched than they save in walks. */
const CHAINS = 1 << 17

function chainOf(offset: number): number {
  return Math.imul(offset, 0x9e37_79b1) >>> 15
}
