import type { KernelSymbols } from "../../kernel/index.ts"

/** The text of /proc/kallsyms, searched: a listing needs some of its hundred thousand lines. */
export class SymbolText implements KernelSymbols {
  readonly #text: string

  /** Lines of "ADDRESS TYPE NAME", with the module behind a tab. */
  constructor(text: string) {
    this.#text = `\n${text}`
  }

  nameAt(address: bigint): string | undefined {
    if (address === 0n) return undefined
    const at = this.#text.indexOf(`\n${address.toString(16).padStart(16, "0")} `)
    if (at < 0) return undefined
    const end = this.#text.indexOf("\n", at + 1)
    return this.#text
      .slice(at + 1, end < 0 ? undefined : end)
      .split(/[ \t]/)
      .at(2)
  }

  addressOf(name: string): bigint | undefined {
    for (const end of ["\n", "\t"]) {
      const at = this.#text.indexOf(` ${name}${end}`)
      if (at < 0) continue
      const [address] = this.#text.slice(this.#text.lastIndexOf("\n", at) + 1, at).split(" ")
      return BigInt(`0x${address}`)
    }
    return undefined
  }
}
