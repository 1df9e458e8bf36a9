import type { Command } from "commander"
import {
  NOUNS,
  type Noun,
  type NounFlags,
  type NounName,
  nounHelp,
  type OptionText,
  runVerb,
} from "../../bpftool/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { openForFile, openObjects } from "./open-objects.ts"
import { untilInterrupted } from "./until-interrupted.ts"

const COMMON_OPTIONS: readonly OptionText[] = [
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

/** A noun in bpftool's manner as a command: `skep --linux NOUN VERB WORDS`, verbs and keywords shortened at will. */
export function nounCommand(noun: Noun): CommandModule {
  const texts = { program: noun.isFree ? "skep" : "skep --linux", options: COMMON_OPTIONS }
  return {
    configure(command: Command, io: Io): void {
      command.argument("[words...]").allowExcessArguments().helpOption(false)
      for (const [flags, description] of [...COMMON_OPTIONS, ...(noun.options ?? [])])
        command.option(flags, description)
      command.helpInformation = () => nounHelp(noun, texts)
      command.action((words: string[], flags: NounFlags) =>
        runVerb(noun, words, flags, {
          ...{ io, texts, untilInterrupted },
          open: () => openObjects(flags, io),
          openForFile: () => openForFile(flags, io),
          errorText: error => error.message,
        }),
      )
    },
  }
}

/** What `main` loads for a noun. */
export async function loadNoun(name: NounName): Promise<{ readonly command: CommandModule }> {
  return { command: nounCommand(await NOUNS[name]()) }
}
