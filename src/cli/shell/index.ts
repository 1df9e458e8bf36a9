import type { Command } from "commander"
import { UsageError } from "../../base/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { runShell } from "./run-shell.ts"

interface Flags {
  readonly release: string
  readonly c?: string
}

/** `skep shell`: command lines on an embedded kernel. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description(
        "A shell on an embedded kernel: cat, grep, ip, tc, ping, bpftool … run as processes there, past every hook. `help` lists the commands.",
      )
      .argument("[script]", "a file with command lines; - for standard input")
      .option("--release <release>", "the kernel's release", "6.12")
      .option("-c <commands>", "run these command lines instead of a prompt")
      .action((script: string | undefined, flags: Flags) => {
        if (script !== undefined && flags.c !== undefined)
          throw new UsageError("a script and -c are told: only one of them can run")
        return runShell({ release: flags.release, commands: flags.c, script }, io)
      })
  },
}
