import { decodeUtf8, nearestNames, ProfileError } from "../base/index.ts"

export interface KernelSymbol {
  readonly name: string
  readonly address: bigint
  /** The letter of kallsyms: t and T are code, d, b and r data, w weak; capitals are global. */
  readonly type: string
  /** Stands in available_filter_functions: fentry, kprobe.multi and ftrace can attach. */
  readonly traceable: boolean
  /** Stands in the kprobe blacklist. */
  readonly blacklisted: boolean
}

const LINE = /([0-9a-f]{8}) ([A-Za-z]) ([a-z-]{1,4}) ([^ \n]+)\n/y

/** The unlikely half that gcc moves away from a function: no place to attach to. */
const COLD_PART = /\.cold(\.\d+)?$/

/** Names that a table keeps the symbols of. */
const MOST_KEPT = 4096

/**
 * Symbols of a kernel, one line each in address order: eight hex digits (the low half of the address), the type
 * letter, flags ("f" traceable, "k" blacklisted, "-" none), the name. Lookups search the text: parsing 150,000
 * lines for one name would cost more than the rest of a run. Reading a damaged line throws ProfileError.
 */
export class SymbolTable {
  readonly #text: string
  readonly #upper: bigint
  #starts: Uint32Array | undefined
  /** What was looked for: searching the text takes a millisecond, and models ask for the same few names again and again. */
  readonly #found = new Map<string, KernelSymbol | undefined>()

  /** `upper` is the upper half of every address. */
  constructor(bytes: Uint8Array, upper: bigint) {
    this.#upper = upper
    this.#text = `\n${decodeUtf8(bytes)}`
  }

  /** The first symbol of this name, or undefined. */
  find(name: string): KernelSymbol | undefined {
    if (this.#found.has(name)) return this.#found.get(name)
    const at = this.#nameAt(name, 0)
    const found = at < 0 ? undefined : this.#lineAt(this.#text.lastIndexOf("\n", at) + 1)
    if (this.#found.size < MOST_KEPT) this.#found.set(name, found)
    return found
  }

  /** Every symbol of this name: static functions of different files may share one. */
  findAll(name: string): KernelSymbol[] {
    const found: KernelSymbol[] = []
    for (let at = this.#nameAt(name, 0); at >= 0; at = this.#nameAt(name, at + 1))
      found.push(this.#lineAt(this.#text.lastIndexOf("\n", at) + 1))
    return found
  }

  /** The symbol that an address lies in, and how far. */
  at(address: bigint): { readonly name: string; readonly offset: number } | undefined {
    if (address >> 32n !== this.#upper >> 32n) return undefined
    const low = Number(address & 0xffff_ffffn)
    const starts = this.#lineStarts()
    let [first, last] = [0, starts.length - 1]
    while (first < last) {
      const middle = (first + last + 1) >> 1
      if (this.#lowAt(starts[middle] as number) <= low) first = middle
      else last = middle - 1
    }
    const found = starts[first]
    if (found === undefined || this.#lowAt(found) > low) return undefined
    // Of symbols at one address Linux names the first.
    while (first > 0 && this.#lowAt(starts[first - 1] as number) === this.#lowAt(found)) first--
    const start = starts[first] as number
    return { name: this.#lineAt(start).name, offset: low - this.#lowAt(start) }
  }

  /** All symbols in address order. */
  *all(): Generator<KernelSymbol> {
    for (const start of this.#lineStarts()) yield this.#lineAt(start)
  }

  /** Functions whose names are near to `name`, best first: the same name with more or less around it, then typing errors. */
  nearestFunctions(name: string, count = 5): string[] {
    const functions = new Set<string>()
    const stem = name.replace(/^_+|_+$/g, "")
    const related = new Set<string>()
    for (const symbol of this.all()) {
      if (!/[tTwW]/.test(symbol.type) || COLD_PART.test(symbol.name)) continue
      functions.add(symbol.name)
      if (stem.length >= 4 && symbol.name.includes(stem)) related.add(symbol.name)
    }
    const byLength = [...related].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    const prefixed = byLength.filter(candidate => candidate.startsWith(stem))
    const typed = nearestNames(name, functions, count)
    return [...new Set([...prefixed, ...byLength, ...typed])].slice(0, count)
  }

  #nameAt(name: string, from: number): number {
    if (name.includes("\n") || name.includes(" ")) return -1
    const at = this.#text.indexOf(` ${name}\n`, from)
    return at
  }

  #lineStarts(): Uint32Array {
    if (this.#starts) return this.#starts
    const starts: number[] = []
    for (
      let at = this.#text.indexOf("\n");
      at >= 0 && at + 1 < this.#text.length;
      at = this.#text.indexOf("\n", at + 1)
    )
      starts.push(at + 1)
    this.#starts = Uint32Array.from(starts)
    return this.#starts
  }

  #lowAt(start: number): number {
    return Number.parseInt(this.#text.slice(start, start + 8), 16)
  }

  #lineAt(start: number): KernelSymbol {
    LINE.lastIndex = start
    const [, low, type, flags, name] = LINE.exec(this.#text) ?? []
    if (low === undefined || type === undefined || flags === undefined || name === undefined)
      throw new ProfileError("the profile's symbols are damaged: a line is not address, type, flags and name")
    return {
      name,
      address: this.#upper | BigInt(`0x${low}`),
      type,
      traceable: flags.includes("f"),
      blacklisted: flags.includes("k"),
    }
  }
}

/** Writes the text that SymbolTable reads. Symbols must be sorted by address. */
export function formatSymbols(symbols: Iterable<KernelSymbol>): string {
  const lines: string[] = []
  for (const { name, address, type, traceable, blacklisted } of symbols) {
    const flags = `${traceable ? "f" : ""}${blacklisted ? "k" : ""}` || "-"
    lines.push(`${(address & 0xffff_ffffn).toString(16).padStart(8, "0")} ${type} ${flags} ${name}\n`)
  }
  return lines.join("")
}
