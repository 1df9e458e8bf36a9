import { UsageError } from "../../base/index.ts"

/** The words of a command line behind noun and verb, read from the front. Keywords may be shortened, as bpftool has it. */
export class Words {
  readonly #words: readonly string[]
  #at = 0

  constructor(words: readonly string[]) {
    this.#words = words
  }

  get left(): number {
    return this.#words.length - this.#at
  }

  get isEmpty(): boolean {
    return this.left === 0
  }

  peek(): string | undefined {
    return this.#words[this.#at]
  }

  /** Takes the next word when it is the beginning of one of these. */
  take(...keywords: readonly string[]): string | undefined {
    const keyword = keywordFor(this.peek(), keywords)
    if (keyword !== undefined) this.#at += 1
    return keyword
  }

  /** The next word, whatever it is. Throws UsageError that says what is missing. */
  next(what: string): string {
    const word = this.peek()
    if (word === undefined) throw new UsageError(`expected ${what}, but the command ends there`)
    this.#at += 1
    return word
  }

  number(what: string): number {
    const word = this.next(what)
    const value = parseUnsigned(word)
    if (value === undefined) throw new UsageError(`can't parse ${word} as ${what}`)
    return value
  }

  rest(): readonly string[] {
    const rest = this.#words.slice(this.#at)
    this.#at = this.#words.length
    return rest
  }

  /** Throws UsageError when there are more words. */
  end(): void {
    const word = this.peek()
    if (word !== undefined) throw new UsageError(`unknown argument '${word}': nothing more was expected`)
  }
}

/** The first of the keywords that starts with the word. */
export function keywordFor(word: string | undefined, keywords: readonly string[]): string | undefined {
  if (word === undefined || word === "") return undefined
  return keywords.find(keyword => keyword.startsWith(word))
}

/** strtoul(3) of base 0: decimal, hexadecimal with 0x, octal with 0. Undefined for anything else. */
export function parseUnsigned(text: string, base: 0 | 16 = 0): number | undefined {
  if (base === 16) return /^(0x)?[0-9a-f]+$/i.test(text) ? Number.parseInt(text, 16) : undefined
  if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16)
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8)
  return /^(0|[1-9]\d*)$/.test(text) ? Number.parseInt(text, 10) : undefined
}
