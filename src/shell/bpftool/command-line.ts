import { UsageError } from "../../base/index.ts"
import type { NounFlags, OptionText } from "../../bpftool/index.ts"

/** What bpftool was told: its options may stand anywhere. */
export interface CommandLine {
  readonly words: readonly string[]
  readonly flags: NounFlags
  readonly isVersion: boolean
}

export const OPTIONS: readonly OptionText[] = [
  ["-j, --json", "print JSON"],
  ["-p, --pretty", "print JSON on many lines"],
  ["-f, --bpffs", "show the paths of pinned objects"],
  ["-B, --base-btf FILE", "what split BTF was split from"],
  ["-d, --debug", "accepted: the verifier's log is printed in any case"],
  ["-m, --mapcompat", "accepted"],
  ["-n, --nomount", "accepted: the BPF file system is mounted"],
  ["-L, --use-loader", "accepted"],
  ["-V, --version", "print the version"],
  ["-h, --help", "print help"],
]

/** Long names by letters. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ j: "json", p: "pretty", f: "bpffs", B: "base-btf", d: "debug", m: "mapcompat" },
  ...{ n: "nomount", L: "use-loader", V: "version", h: "help" },
}
const NAMES = Object.values(LETTERS)
const WITH_VALUE = "base-btf"

/** As getopt_long reads it: letters in a row, long options shortened, and "--" ends them. Throws UsageError. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const words: string[] = []
  const given = new Map<string, string | true>()
  const rest = [...args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") words.push(...rest.splice(0))
    else if (!word.startsWith("-") || word === "-") words.push(word)
    else
      for (const { name, value } of optionsOf(word))
        given.set(name, name === WITH_VALUE ? (value ?? rest.shift() ?? missing(name)) : true)
  }
  const base = given.get(WITH_VALUE)
  const flags: NounFlags = {
    ...(given.has("json") && { json: true }),
    ...(given.has("pretty") && { pretty: true }),
    ...(given.has("bpffs") && { bpffs: true }),
    ...(given.has("help") && { help: true }),
    ...(typeof base === "string" && { base }),
  }
  return { words, flags, isVersion: given.has("version") }
}

interface Option {
  readonly name: string
  readonly value: string | undefined
}

function optionsOf(word: string): Option[] {
  if (word.startsWith("--")) {
    const [start = "", value] = word.slice(2).split(/=(.*)/s)
    const fitting = NAMES.filter(name => name.startsWith(start))
    const name = NAMES.includes(start) ? start : fitting.length === 1 ? fitting[0] : undefined
    if (name === undefined) throw unrecognized(word)
    return [{ name, value }]
  }
  const options: Option[] = []
  for (let at = 1; at < word.length; at++) {
    const name = LETTERS[word[at] as string]
    if (name === undefined) throw unrecognized(word)
    // What stands behind the letter is its value.
    const value = name === WITH_VALUE && at + 1 < word.length ? word.slice(at + 1) : undefined
    options.push({ name, value })
    if (value !== undefined) break
  }
  return options
}

function unrecognized(word: string): UsageError {
  return new UsageError(`unrecognized option '${word}'`)
}

function missing(name: string): never {
  throw new UsageError(`option '--${name}' wants a value`)
}
