import { CommandFailure } from "../../run/invocation.ts"

/** The words of an ip or tc command, taken one by one. */
export class Words {
  readonly #words: readonly string[]
  #at = 0

  constructor(words: readonly string[]) {
    this.#words = words
  }

  get isEmpty(): boolean {
    return this.#at >= this.#words.length
  }

  peek(): string | undefined {
    return this.#words[this.#at]
  }

  next(): string | undefined {
    return this.#words[this.#at++]
  }

  /** What stands behind a word that wants more. Throws CommandFailure. */
  value(): string {
    const word = this.next()
    if (word === undefined) throw new CommandFailure('Command line is not complete. Try option "help"\n', 255)
    return word
  }

  /** Takes the next word when it is one of these. */
  takes(...words: readonly string[]): boolean {
    const isOne = words.includes(this.peek() ?? "")
    if (isOne) this.#at++
    return isOne
  }

  rest(): readonly string[] {
    return this.#words.slice(this.#at)
  }
}

/** The first of these names that a word is, or begins: "a" is "address". */
export function abbreviated<Name extends string>(word: string, names: readonly Name[]): Name | undefined {
  return names.find(name => name === word) ?? names.find(name => name.startsWith(word))
}

/** What this shell's command has not. */
export function notSupported(what: string): CommandFailure {
  return new CommandFailure(`error: ${what} is not supported by this shell\n`)
}
