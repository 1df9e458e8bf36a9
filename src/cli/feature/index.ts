import type { Command } from "commander"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { type ListOptions, runListBuiltins } from "./list-builtins.ts"

interface Flags {
  readonly release?: string
  readonly json?: true
  readonly pretty?: true
}

/** `skep feature list_builtins GROUP`: in bpftool's words and with its output. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .command("list_builtins")
      .summary("list what BPF has")
      .description(
        "Lists what BPF has, one name a line, as bpftool prints it: every release's, or one release's.",
      )
      .argument("<group>", "prog_types, map_types, attach_types, link_types or helpers; a beginning will do")
      .option("--release <release>", "only what this kernel release has, such as 6.1")
      .option("-j, --json", "print a JSON array")
      .option("-p, --pretty", "print a JSON array as bpftool's -p does")
      .action((group: string, flags: Flags) => runListBuiltins(listOptions(group, flags), io))
  },
}

function listOptions(group: string, { release, json, pretty }: Flags): ListOptions {
  return { group, format: pretty ? "pretty" : json ? "json" : "plain", ...(release && { release }) }
}
