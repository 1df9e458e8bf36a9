import { UsageError } from "../../base/index.ts"
import type { KernelObjects, OpenKernel } from "../../kernel/index.ts"
import type { CommandIo } from "../io.ts"
import type { JsonWriter } from "./json-writer.ts"
import { keywordFor, type Words } from "./words.ts"

/** Options that every noun takes, before or behind its words. */
export interface NounFlags {
  readonly linux?: true
  readonly strace?: true
  readonly json?: true
  readonly pretty?: true
  readonly bpffs?: true
  readonly help?: true
  /** Options of one noun alone. */
  readonly [name: string]: unknown
}

/** What a verb works with. */
export interface VerbContext {
  readonly io: CommandIo
  readonly flags: NounFlags
  /** Set with -j and -p: everything goes there, and is written at the end. */
  readonly json: JsonWriter | undefined
  /** The kernel that holds the objects, opened when first asked for. Throws SkepError where there is none. */
  kernel(): Promise<OpenKernel>
  objects(): Promise<KernelObjects>
  /** A kernel to load an object of a file into, if need be one for this alone. */
  kernelForFile(): Promise<OpenKernel>
  /** Acts until it ends by itself or somebody interrupts: then `signal` fires, and the command still ends as it should. */
  untilInterrupted(act: (signal: AbortSignal) => Promise<void>): Promise<void>
  out(text: string): void
}

export interface Verb {
  /** Its name, then other names. */
  readonly names: readonly [string, ...string[]]
  /** The words behind it: "MAP key DATA". */
  readonly words: string
  readonly summary: string
  run(words: Words, context: VerbContext): void | Promise<void>
}

export interface Noun {
  readonly name: string
  /** True where it works without a kernel too. */
  readonly isFree?: boolean
  readonly summary: string
  readonly verbs: readonly Verb[]
  /** Words in capitals of the verbs, explained: "MAP := { id MAP_ID | … }". */
  readonly terms?: readonly string[]
  readonly options?: readonly OptionText[]
}

export type OptionText = readonly [flags: string, description: string]

/** The verb that a word means, which may be shortened. */
export function findVerb({ verbs }: Noun, word: string): Verb | undefined {
  const name = keywordFor(
    word,
    verbs.flatMap(verb => verb.names),
  )
  return name === undefined ? undefined : verbs.find(verb => verb.names.includes(name))
}

/** `program` is how a command line starts: "bpftool". */
export function unknownVerb({ name, verbs }: Noun, word: string, program: string): UsageError {
  const known = verbs.map(verb => verb.names[0]).join(", ")
  return new UsageError(`${program} ${name} has no command '${word}'`, { hint: `it has ${known}` })
}

/** What stands in a noun's help: how its command line starts, and the options that it takes. */
export interface HelpTexts {
  readonly program: string
  readonly options: readonly OptionText[]
}

export function nounHelp(noun: Noun, texts: HelpTexts): string {
  const rows = noun.verbs.map(
    verb => [`${verb.names.join(" | ")} ${verb.words}`.trimEnd(), verb.summary] as const,
  )
  return [
    `Usage: ${texts.program} ${noun.name} COMMAND [WORDS] [options]`,
    "",
    noun.summary,
    "",
    "Commands:",
    ...rows.flatMap(([usage, summary]) => [`  ${usage}`, `      ${summary}`]),
    ...termHelp(noun),
    "",
    ...optionHelp(noun, texts),
    "",
  ].join("\n")
}

export function verbHelp(noun: Noun, verb: Verb, texts: HelpTexts): string {
  return [
    `Usage: ${texts.program} ${noun.name} ${verb.names.join(" | ")} ${verb.words}`.trimEnd(),
    "",
    verb.summary,
    ...termHelp(noun),
    "",
    ...optionHelp(noun, texts),
    "",
  ].join("\n")
}

function termHelp({ terms }: Noun): string[] {
  return terms ? ["", "Where:", ...terms.map(term => `  ${term}`)] : []
}

function optionHelp({ options = [] }: Noun, texts: HelpTexts): string[] {
  const rows = [...texts.options, ...options]
  const width = Math.max(...rows.map(([flags]) => flags.length))
  return ["Options:", ...rows.map(([flags, description]) => `  ${flags.padEnd(width)}  ${description}`)]
}
