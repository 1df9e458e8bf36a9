import type { Command } from "commander"
import type { CommandModule } from "../command.ts"
import type { Io } from "../io.ts"
import { openObject } from "./open-object.ts"
import { inspectReport } from "./report.ts"
import { reportText } from "./report-text.ts"

export type { InspectReport } from "./report.ts"

export interface InspectOptions {
  readonly object: string
  readonly json: boolean
}

/** `skep inspect OBJECT [--json]`. */
export const command: CommandModule = {
  configure(command: Command, io: Io): void {
    command
      .description("Shows what an object file holds: programs, maps, globals, externs and CO-RE relocations.")
      .argument("<object>", "a compiled BPF object, such as program.bpf.o")
      .option("-j, --json", "print JSON")
      .action((object: string, flags: { readonly json?: true }) =>
        runInspect({ object, json: flags.json === true }, io),
      )
  },
}

/** Throws ObjectError, with the path, for a file that is no BPF object. */
export async function runInspect(options: InspectOptions, io: Io): Promise<void> {
  const { object, size } = await openObject(options.object, io)
  const report = inspectReport(object, options.object, size)
  io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report, io.style))
}
