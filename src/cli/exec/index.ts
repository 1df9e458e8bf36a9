import type { Command } from "commander"
import { UsageError } from "../../base/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { type ExecOptions, runExec } from "./run-exec.ts"

interface Flags {
  readonly engine: string
  readonly cpu: string
  readonly elf?: true
}

/** `skep exec`: raw bytecode on an engine, in the manner of conformance tests. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description(
        "Runs the program that standard input has as hexadecimal bytes: r1 is the address of MEMORY, r2 its length. Prints r0 in hexadecimal. Helper 5 gives its first argument back; there are no others.",
      )
      .argument("[memory]", "the memory's bytes in hexadecimal, spaces allowed")
      .option("--engine <name>", "wasm or interpreter", "wasm")
      .option("--cpu <version>", "refuse instructions newer than v1, v2, v3 or v4", "v4")
      .option("--elf", "standard input is an object file: its only program runs")
      .action((memory: string | undefined, flags: Flags) => runExec(execOptions(memory ?? "", flags), io))
  },
}

function execOptions(memory: string, { engine, cpu, elf }: Flags): ExecOptions {
  if (engine !== "wasm" && engine !== "interpreter")
    throw new UsageError(`--engine is wasm or interpreter, not '${engine}'`)
  const version = /^v([1-4])$/.exec(cpu)?.[1]
  if (version === undefined) throw new UsageError(`--cpu is v1, v2, v3 or v4, not '${cpu}'`)
  return { memory, engine, version: Number(version) as ExecOptions["version"], elf: elf ?? false }
}
