import type { Command } from "commander"
import { UsageError } from "../../base/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { type RunOptions, runObject } from "./run-object.ts"

interface Flags {
  readonly only?: readonly string[]
  readonly release: string
  readonly scenario?: string
  readonly format: string
  readonly json?: true
}

/** `skep run OBJECT`: load, attach by section name, let a scenario happen, show what the programs reported. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description(
        "Loads an object into an embedded kernel, attaches each program where its section says, lets a scenario happen and shows what the programs reported.",
      )
      .argument("<object>", "a compiled BPF object (.bpf.o)")
      .option("--only <names...>", "load only these programs")
      .option("--release <release>", "kernel to model: 6.1, 6.12, 5.15, or a profile file", "6.12")
      .option(
        "--scenario <file>",
        "TypeScript or JavaScript module: export default async ({ world }) => { … }",
      )
      .option("--format <format>", "text or json", "text")
      .option("--json", "the same as --format json")
      .action((object: string, flags: Flags) => runObject(runOptions(object, flags), io))
  },
}

function runOptions(object: string, flags: Flags): RunOptions {
  const format = flags.json ? "json" : flags.format
  if (format !== "text" && format !== "json")
    throw new UsageError(`--format is text or json, not '${format}'`)
  const { only, release, scenario } = flags
  return { object, release, format, ...(only ? { only } : {}), ...(scenario ? { scenario } : {}) }
}
