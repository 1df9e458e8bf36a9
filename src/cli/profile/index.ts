import type { Command } from "commander"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { runCapture } from "./run-capture.ts"

/** `skep profile capture`: takes along what programs can observe of a kernel. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .command("capture")
      .summary("write the running kernel's profile to a file")
      .description(
        "Reads types, symbols, traceable functions, trace events, configuration and security modules of the running kernel into a profile file, which `skep run --release FILE` models anywhere. Needs root.",
      )
      .requiredOption("-o, --output <file>", "the file to write, such as production.skepprofile")
      .option("-j, --json", "print JSON")
      .action(({ output, json }: { readonly output: string; readonly json?: true }) =>
        runCapture({ output, json: json ?? false }, io),
      )
  },
}
