import { SkepError, UsageError } from "../../base/index.ts"
import {
  type CommandIo,
  Exit,
  keywordFor,
  NOUN_NAMES,
  NOUNS,
  type NounFlags,
  type NounName,
  runVerb,
} from "../../bpftool/index.ts"
import { type EmbeddedKernel, openEmbedded } from "../../embedded/index.ts"
import { runBatch } from "./batch.ts"
import { OPTIONS, readCommandLine } from "./command-line.ts"
import { errorLines, shortText } from "./error-text.ts"
import { withKernelFiles } from "./kernel-files.ts"

/** The release whose words and formats these commands have. */
const MODEL = "7.1.0"
const FAILED = 255
const USAGE = `Usage: bpftool [OPTIONS] OBJECT { COMMAND | help }
       bpftool batch file FILE
       bpftool version

       OBJECT := { ${NOUN_NAMES.join(" | ")} }
       OPTIONS := { {-j|--json} [{-p|--pretty}] | {-f|--bpffs} |
                    {-B|--base-btf FILE} | {-V|--version} }
`

/** Runs a command line of bpftool (without its own name) on an embedded kernel; the answer is its exit status, 0 or 255. */
export async function runBpftool(
  args: readonly string[],
  kernel: EmbeddedKernel,
  io: CommandIo,
): Promise<number> {
  let object: string | undefined
  try {
    const { words, flags, isVersion } = readCommandLine(args)
    object = loadedFile(words)
    const [word, ...rest] = words
    if (isVersion) return printVersion(flags, io)
    if (word === undefined || flags.help) {
      if (word !== undefined) return await runNoun(word, ["help", ...rest], flags, kernel, io)
      ;(flags.help ? io.out : io.err).call(io, USAGE)
      return flags.help ? 0 : FAILED
    }
    return await runNoun(word, rest, flags, kernel, io)
  } catch (error) {
    if (error instanceof Exit) return FAILED
    if (!(error instanceof SkepError)) throw error
    io.err(errorLines(error, object))
    return FAILED
  }
}

/** The file that `prog load FILE …` and its like load. */
function loadedFile([noun = "", verb = "", file]: readonly string[]): string | undefined {
  const isLoading =
    (keywordFor(noun, NOUN_NAMES) === "prog" && "loadall".startsWith(verb) && verb.startsWith("lo")) ||
    (keywordFor(noun, NOUN_NAMES) === "struct_ops" && keywordFor(verb, ["register"]) !== undefined) ||
    (keywordFor(noun, NOUN_NAMES) === "iter" && keywordFor(verb, ["pin"]) !== undefined)
  return isLoading ? file : undefined
}

async function runNoun(
  word: string,
  rest: readonly string[],
  flags: NounFlags,
  kernel: EmbeddedKernel,
  io: CommandIo,
): Promise<number> {
  const name = keywordFor(word, ["help", "batch", ...NOUN_NAMES, "version"])
  switch (name) {
    case undefined:
      throw new UsageError(`unknown object '${word}'`, { hint: `bpftool knows ${NOUN_NAMES.join(", ")}` })
    case "help":
      io.out(USAGE)
      return 0
    case "version":
      return printVersion(flags, io)
    case "batch":
      return await runBatch(rest, io, line => runBpftool(line, kernel, io))
    default: {
      const open = async () => openEmbedded(kernel)
      await runVerb(await NOUNS[name as NounName](), rest, flags, {
        io: withKernelFiles(io, kernel),
        texts: { program: "bpftool", options: OPTIONS },
        open,
        openForFile: open,
        untilInterrupted: untilNothingIsLeft,
        errorText: shortText,
      })
      return 0
    }
  }
}

function printVersion({ json, pretty }: NounFlags, io: CommandIo): number {
  const isJson = json || pretty
  const text = isJson
    ? JSON.stringify(
        { version: MODEL, libbpf_version: "1.1", features: { skep: true } },
        undefined,
        pretty ? 4 : 0,
      )
    : `bpftool v${MODEL}, as Skep has it on an embedded kernel`
  io.out(`${text}\n`)
  return 0
}

/** Nothing happens in an embedded kernel while somebody waits: what follows ends as soon as it has read what is there. */
async function untilNothingIsLeft(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 0)
  await act(controller.signal)
}
