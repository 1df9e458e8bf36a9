import type { Command } from "commander"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { runExplain } from "./run-explain.ts"

interface Flags {
  readonly release?: string
  readonly as?: string
  readonly all?: true
  readonly json?: true
}

/** `skep explain NAME`: what the catalogue knows of a name. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description(
        "Explains a program type, attach type, section name, helper, kfunc, map type or link type: what it is, since when, where it attaches, its context, helpers and return codes.",
      )
      .argument("<name>", "such as xdp, BPF_SK_LOOKUP, tp/sched/sched_switch, bpf_redirect or lru_hash")
      .option("--release <release>", "what this kernel release allows (default: the newest known)")
      .option(
        "--as <kind>",
        "where a name means several things: program_type, attach_type, section, map_type, link_type, helper or kfunc",
      )
      .option("--all", "whole lists of kfuncs too")
      .option("-j, --json", "print JSON")
      .action((name: string, { release, as, all, json }: Flags) =>
        runExplain(
          { name, all: all ?? false, json: json ?? false, ...(release && { release }), ...(as && { as }) },
          io,
        ),
      )
  },
}
