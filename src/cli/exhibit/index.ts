import type { Command } from "commander"
import { UsageError } from "../../base/index.ts"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { exhibitNames, exhibitText, openExhibit, programTypes } from "./exhibits.ts"
import type { RunFlags } from "./run.ts"

/** `skep exhibit list|show|run`: the example programs of this package, on either kernel. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command.description(
      "Example programs, one or more for each program type, with a scenario and what is to be seen.",
    )
    command
      .command("list")
      .description("every exhibit, with the types of its programs")
      .option("--json", "as JSON")
      .action((flags: { readonly json?: true }) => list(flags, io))
    command
      .command("show")
      .description("an exhibit's text and its program in C")
      .argument("<name>", "an exhibit")
      .action((name: string) => show(name, io))
    command
      .command("run")
      .description("runs exhibits, all without a name, and compares what is seen with what they say")
      .argument("[name...]", "exhibits")
      .option("--release <release>", "kernel to model: 6.1, 6.12, or a profile file (default: 6.12)")
      .option("--linux", "on the machine's own kernel (needs root, iproute2)")
      .option("--json", "as JSON")
      .action((names: string[], flags: RunFlags) => run(names, flags, io))
  },
}

async function list(flags: { readonly json?: true }, io: Io): Promise<void> {
  const all = await Promise.all(exhibitNames().map(name => openExhibit(name)))
  const rows = all.map(({ name, exhibit: { title, since }, object }) => {
    return { name, title, types: programTypes(object), ...(since !== undefined && { since }) }
  })
  if (flags.json) {
    io.out(`${JSON.stringify(rows, undefined, 2)}\n`)
    return
  }
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, title, types } of rows)
    io.out(`${io.style.bold(name.padEnd(width))}  ${title} ${io.style.dim(`[${types.join(", ")}]`)}\n`)
}

async function show(name: string, io: Io): Promise<void> {
  await openExhibit(name)
  io.out(`${exhibitText(name, "README.md")}\n${exhibitText(name, "program.bpf.c")}`)
}

async function run(names: readonly string[], flags: RunFlags, io: Io): Promise<void> {
  if (flags.linux && flags.release !== undefined)
    throw new UsageError("--release has no meaning here", {
      hint: "the machine's own kernel has the release that it has: leave --linux or it out",
    })
  const { runExhibits } = await import("./run.ts")
  await runExhibits(names, flags, io)
}
