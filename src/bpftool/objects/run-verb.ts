import { SkepError, UsageError } from "../../base/index.ts"
import type { OpenKernel } from "../../kernel/index.ts"
import { Exit } from "../exit.ts"
import type { CommandIo } from "../io.ts"
import { JsonWriter } from "./json-writer.ts"
import {
  findVerb,
  type HelpTexts,
  type Noun,
  type NounFlags,
  nounHelp,
  unknownVerb,
  type Verb,
  type VerbContext,
  verbHelp,
} from "./noun.ts"
import { Words } from "./words.ts"

/** Where a noun's commands run. */
export interface NounHost {
  readonly io: CommandIo
  readonly texts: HelpTexts
  open(): Promise<OpenKernel>
  openForFile(): Promise<OpenKernel>
  readonly untilInterrupted: VerbContext["untilInterrupted"]
  /** What JSON says of an error. */
  errorText(error: SkepError): string
}

/** Runs a command of a noun: `all` are the words behind the noun. Throws SkepError, Exit. */
export async function runVerb(
  noun: Noun,
  all: readonly string[],
  flags: NounFlags,
  host: NounHost,
): Promise<void> {
  const { io, texts } = host
  const [word, ...rest] = all
  const verb = word === undefined ? noun.verbs[0] : findVerb(noun, word)
  if (flags.help || word === "help" || rest[0] === "help") {
    io.out(
      verb && word !== undefined && word !== "help" ? verbHelp(noun, verb, texts) : nounHelp(noun, texts),
    )
    return
  }
  const pretty = flags.pretty === true
  const json = flags.json || pretty ? new JsonWriter(pretty) : undefined
  if (!verb)
    throw explained(
      unknownVerb(noun, word as string, texts.program.split(" ")[0]!),
      noun,
      undefined,
      json,
      host,
    )
  const opened = new Set<Promise<OpenKernel>>()
  const once = (open: () => Promise<OpenKernel>) => {
    let kernel: Promise<OpenKernel> | undefined
    return () => {
      kernel ??= open()
      opened.add(kernel)
      return kernel
    }
  }
  const kernel = once(() => host.open())
  const context: VerbContext = {
    ...{ io, flags, json, kernel },
    kernelForFile: once(() => host.openForFile()),
    objects: async () => (await kernel()).objects,
    untilInterrupted: host.untilInterrupted,
    out: text => io.out(text),
  }
  try {
    await verb.run(new Words(rest), context)
    if (json && json.text !== "") io.out(`${json.take()}\n`)
  } catch (error) {
    throw explained(error, noun, verb, json, host)
  } finally {
    for (const each of opened) await (await each.catch(() => undefined))?.[Symbol.asyncDispose]()
  }
}

/** Wrong usage shows the verb's words; with JSON the error is JSON too, in bpftool's form. */
function explained(
  error: unknown,
  noun: Noun,
  verb: Verb | undefined,
  json: JsonWriter | undefined,
  { io, texts, errorText }: NounHost,
): unknown {
  if (!(error instanceof SkepError)) return error
  const isUsage = error instanceof UsageError
  if (json) {
    const object = new JsonWriter(false)
    object.object(() => object.field("error", errorText(error)))
    io.out(`${object.text}\n`)
    return new Exit(isUsage ? 2 : 1)
  }
  if (!isUsage || error.hint !== undefined || !verb) return error
  return new UsageError(error.message, {
    hint: `${texts.program} ${noun.name} ${verb.names[0]} ${verb.words}`.trimEnd(),
  })
}
