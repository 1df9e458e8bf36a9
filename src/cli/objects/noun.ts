import type { Command } from "commander"
import { SkepError, UsageError } from "../../base/index.ts"
import type { KernelObjects } from "../../kernel/index.ts"
import { type CommandModule, Exit } from "../command.ts"
import type { Io } from "../io.ts"
import { JsonWriter } from "./json-writer.ts"
import { type OpenKernel, openObjects } from "./open-objects.ts"
import { keywordFor, Words } from "./words.ts"

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
  readonly io: Io
  readonly flags: NounFlags
  /** Set with -j and -p: everything goes there, and is written at the end. */
  readonly json: JsonWriter | undefined
  /** The kernel that holds the objects, opened when first asked for. Throws SkepError where there is none. */
  kernel(): Promise<OpenKernel>
  objects(): Promise<KernelObjects>
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
  /** How a command line starts: "skep" where the noun works without a kernel too. */
  readonly prefix?: string
  readonly summary: string
  readonly verbs: readonly Verb[]
  /** Words in capitals of the verbs, explained: "MAP := { id MAP_ID | … }". */
  readonly terms?: readonly string[]
  readonly options?: readonly (readonly [flags: string, description: string])[]
}

/** A noun in bpftool's manner as a command: `skep --linux NOUN VERB WORDS`, verbs and keywords shortened at will. */
export function nounCommand(noun: Noun, open: typeof openObjects = openObjects): CommandModule {
  return {
    configure(command: Command, io: Io): void {
      command.argument("[words...]").allowExcessArguments().helpOption(false)
      for (const [flags, description] of [...COMMON_OPTIONS, ...(noun.options ?? [])])
        command.option(flags, description)
      command.helpInformation = () => nounHelp(noun)
      command.action((words: string[], flags: NounFlags) => runVerb(noun, words, flags, io, open))
    },
  }
}

const COMMON_OPTIONS: readonly (readonly [flags: string, description: string])[] = [
  ["--linux", "the machine's own kernel (needs root)"],
  ["--strace", "print each bpf(2) call on standard error, as strace does"],
  ["-j, --json", "print JSON"],
  ["-p, --pretty", "print JSON on many lines"],
  ["-f, --bpffs", "show the paths of pinned objects"],
  ["-n, --nomount", "never mount a BPF file system (none is mounted in any case)"],
  ["-m, --mapcompat", "accepted for bpftool's sake"],
  ["-d, --debug", "accepted for bpftool's sake"],
  ["-L, --use-loader", "accepted for bpftool's sake"],
  ["-h, --help", "display help for command"],
]

async function runVerb(
  noun: Noun,
  all: readonly string[],
  flags: NounFlags,
  io: Io,
  open: typeof openObjects,
): Promise<void> {
  const [word, ...rest] = all
  const verb = word === undefined ? noun.verbs[0] : findVerb(noun, word)
  if (flags.help || word === "help" || rest[0] === "help") {
    io.out(verb && word !== undefined && word !== "help" ? verbHelp(noun, verb) : nounHelp(noun))
    return
  }
  if (!verb) throw unknownVerb(noun, word as string)
  const pretty = flags.pretty === true
  const json = flags.json || pretty ? new JsonWriter(pretty) : undefined
  let kernel: Promise<OpenKernel> | undefined
  const openOnce = (): Promise<OpenKernel> => {
    kernel ??= open(flags, io)
    return kernel
  }
  const context: VerbContext = {
    io,
    flags,
    json,
    kernel: openOnce,
    objects: async () => (await openOnce()).objects,
    out: text => io.out(text),
  }
  try {
    await verb.run(new Words(rest), context)
    if (json && json.text !== "") io.out(`${json.take()}\n`)
  } catch (error) {
    throw explained(error, noun, verb, json, io)
  } finally {
    await (await kernel?.catch(() => undefined))?.[Symbol.asyncDispose]()
  }
}

/** Wrong usage shows the verb's words; with JSON the error is JSON too, in bpftool's form. */
function explained(error: unknown, noun: Noun, verb: Verb, json: JsonWriter | undefined, io: Io): unknown {
  if (!(error instanceof SkepError)) return error
  const isUsage = error instanceof UsageError
  if (json) {
    const object = new JsonWriter(false)
    object.object(() => object.field("error", error.message))
    io.out(`${object.text}\n`)
    return new Exit(isUsage ? 2 : 1)
  }
  if (!isUsage || error.hint !== undefined) return error
  return new UsageError(error.message, {
    hint: `${prefixOf(noun)} ${noun.name} ${verb.names[0]} ${verb.words}`.trimEnd(),
  })
}

function findVerb({ verbs }: Noun, word: string): Verb | undefined {
  const name = keywordFor(
    word,
    verbs.flatMap(verb => verb.names),
  )
  return name === undefined ? undefined : verbs.find(verb => verb.names.includes(name))
}

function unknownVerb({ name, verbs }: Noun, word: string): UsageError {
  const known = verbs.map(verb => verb.names[0]).join(", ")
  return new UsageError(`skep ${name} has no command '${word}'`, { hint: `it has ${known}` })
}

function prefixOf({ prefix }: Noun): string {
  return prefix ?? "skep --linux"
}

function nounHelp(noun: Noun): string {
  const rows = noun.verbs.map(
    verb => [`${verb.names.join(" | ")} ${verb.words}`.trimEnd(), verb.summary] as const,
  )
  return [
    `Usage: ${prefixOf(noun)} ${noun.name} COMMAND [WORDS] [options]`,
    "",
    noun.summary,
    "",
    "Commands:",
    ...rows.flatMap(([usage, summary]) => [`  ${usage}`, `      ${summary}`]),
    ...(noun.terms ? ["", "Where:", ...noun.terms.map(term => `  ${term}`)] : []),
    "",
    ...optionHelp(noun),
    "",
  ].join("\n")
}

function verbHelp(noun: Noun, verb: Verb): string {
  return [
    `Usage: ${prefixOf(noun)} ${noun.name} ${verb.names.join(" | ")} ${verb.words}`.trimEnd(),
    "",
    verb.summary,
    ...(noun.terms ? ["", "Where:", ...noun.terms.map(term => `  ${term}`)] : []),
    "",
    ...optionHelp(noun),
    "",
  ].join("\n")
}

function optionHelp({ options = [] }: Noun): string[] {
  const rows = [...COMMON_OPTIONS, ...options]
  const width = Math.max(...rows.map(([flags]) => flags.length))
  return ["Options:", ...rows.map(([flags, description]) => `  ${flags.padEnd(width)}  ${description}`)]
}
