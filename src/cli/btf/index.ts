import type { Command } from "commander"
import { UsageError } from "../../base/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { type DumpFormat, type DumpOptions, runDump } from "./dump.ts"

interface Flags {
  readonly base?: string
  readonly json?: true
}

/** `skep btf dump file FILE`: in bpftool's words, so that what one knows of it works here. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .command("dump")
      .summary("print the types of a file")
      .description(
        "Prints the types of an object file or a raw BTF file, as bpftool does: one by one, or as a C header.",
      )
      .usage("file FILE [format raw|c] [root_id N]... [--base FILE] [--json]")
      .argument("<source>", "file")
      .argument("<file>", "an object with a .BTF section, or BTF itself such as /sys/kernel/btf/vmlinux")
      .argument(
        "[words...]",
        "format raw|c (default raw), root_id N: only these types (C: and what they need)",
      )
      .option("-B, --base <file>", "what the file's split BTF was split from, for kernel modules")
      .option("-j, --json", "print JSON (format raw only)")
      .action((source: string, file: string, words: string[], flags: Flags) =>
        runDump(dumpOptions(source, file, words, flags), io),
      )
  },
}

function dumpOptions(source: string, file: string, words: readonly string[], flags: Flags): DumpOptions {
  if (source !== "file") {
    throw new UsageError(`unrecognized BTF source specifier: '${source}'`, {
      hint: "say: skep btf dump file FILE",
    })
  }
  let format: DumpFormat = "raw"
  const roots: number[] = []
  for (let at = 0; at < words.length; at += 2) {
    const [word, value] = [words[at], words[at + 1]]
    if (word !== "format" && word !== "root_id") throw new UsageError(`unrecognized option: '${word}'`)
    if (value === undefined) throw new UsageError(`expecting value for '${word}' option`)
    if (word === "format") format = parseFormat(value)
    else roots.push(parseRoot(value))
  }
  if (format === "c" && flags.json) throw new UsageError("JSON output for C-syntax dump is not supported")
  return { file, format, roots, json: flags.json === true, ...(flags.base && { base: flags.base }) }
}

function parseFormat(word: string): DumpFormat {
  if (word === "raw" || word === "c") return word
  throw new UsageError(`unrecognized format specifier: '${word}', possible values: raw, c`)
}

function parseRoot(word: string): number {
  if (/^\d{1,9}$/.test(word)) return Number(word)
  throw new UsageError(`can't parse '${word}' as root_id`)
}
