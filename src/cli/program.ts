import { writeFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { Command, CommanderError } from "commander"
import picocolors from "picocolors"
import {
  didYouMean,
  ERRNO,
  type Errno,
  errnoText,
  SkepError,
  UsageError,
  VerifierError,
} from "../base/index.ts"
import { NOUN_NAMES } from "../bpftool/index.ts"
import { type CommandModule, Exit } from "./command.ts"
import type { Io } from "./io.ts"

type Entries = Readonly<
  Record<
    string,
    { readonly summary: string; readonly load: () => Promise<{ readonly command: CommandModule }> }
  >
>

/** Builds the commander program with the one command that is asked for, runs it, and turns every failure into a status. */
export async function runCommandLine(
  given: readonly string[],
  entries: Entries,
  version: string,
  injected?: Io,
): Promise<number> {
  const io = injected ?? processIo()
  const program = new Command("skep")
    .description("eBPF for TypeScript: read, load, attach and run BPF programs")
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: text => io.out(text), writeErr: text => io.err(text) })
  const args = nounFirst(given, Object.keys(entries))
  const wanted = args.find(arg => !arg.startsWith("-"))
  for (const [name, entry] of Object.entries(entries)) {
    const command = program.command(name).summary(entry.summary).description(entry.summary)
    command.copyInheritedSettings(program)
    if (name === wanted || (wanted === "help" && args.includes(name)))
      (await entry.load()).command.configure(command, io)
  }
  if (wanted !== undefined && wanted !== "help" && !(wanted in entries)) {
    const hint = didYouMean(wanted, Object.keys(entries))
    io.err(`skep: unknown command '${wanted}'${hint ? `: ${hint}` : ""}\nSee 'skep --help'.\n`)
    return 2
  }
  try {
    if (args.length === 0) {
      program.outputHelp({ error: true })
      return 2
    }
    await program.parseAsync([...args], { from: "user" })
    return 0
  } catch (error) {
    return report(error, io)
  }
}

/**
 * Options in front of the noun (`--linux -j prog show`, as bpftool takes them) go to its end: they are the noun's. With --linux
 * the noun may be shortened, as for bpftool.
 */
function nounFirst(args: readonly string[], nouns: readonly string[]): string[] {
  const at = args.findIndex(arg => !arg.startsWith("-"))
  if (at < 0) return [...args]
  const [options, noun, rest] = [args.slice(0, at), args[at] as string, args.slice(at + 1)]
  if (noun === "help" || noun === "") return [...args]
  const full =
    nouns.includes(noun) || !args.includes("--linux")
      ? noun
      : (NOUN_NAMES.find(known => known.startsWith(noun)) ?? noun)
  return [full, ...rest, ...options]
}

function report(error: unknown, io: Io): number {
  if (error instanceof Exit) return error.status
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof SkepError) {
    io.err(`skep: ${error.message}\n`)
    if (error instanceof VerifierError) io.err(endOfLog(error.log))
    if (error.hint) io.err(`  hint: ${error.hint}\n`)
    return error instanceof UsageError ? 2 : 1
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  io.err(`skep: this is a bug in Skep, please report it\n${text}\n`)
  return 1
}

const LOG_LINES = 15

/** The last lines of a verifier's log. */
function endOfLog(log: string): string {
  const lines = log.trimEnd().split("\n")
  const shown = lines.slice(-LOG_LINES)
  const what = shown.length < lines.length ? `the last ${shown.length} of ${lines.length} lines` : "all"
  return `  the verifier's log (${what}):\n${shown.map(line => `    ${line}`.trimEnd()).join("\n")}\n`
}

function processIo(): Io {
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb"
  process.stdout.on("error", quitWhenReaderIsGone)
  return {
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    style: picocolors.createColors(colour),
    readFile: readFileTyped,
    writeFile: writeFileTyped,
  }
}

/** `skep … | head` ends quietly. */
function quitWhenReaderIsGone(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0)
  throw error
}

/** Reads a file; what the system refuses becomes a SkepError with its errno and the path. */
export async function readFileTyped(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === undefined || !(code in ERRNO)) throw error
    const errno = code as Errno
    throw new SkepError(`${path}: ${errnoText(errno)} (${errno})`, { errno, cause: error })
  }
}

/** Writes a file; what the system refuses becomes a SkepError in bpftool's words. */
export function writeFileTyped(path: string, bytes: Uint8Array, mode = 0o666): void {
  try {
    writeFileSync(path, bytes, { mode })
  } catch (cause) {
    throw new SkepError(`can't open file ${path}: ${(cause as Error).message}`, { cause })
  }
}
