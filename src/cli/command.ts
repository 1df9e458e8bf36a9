import type { Command } from "commander"
import { Exit } from "../bpftool/index.ts"
import type { Io } from "./io.ts"

/**
 * One noun of the command line. `configure` adds arguments, options and an action to the commander command; the
 * action calls the command's own `run(options, io)` and returns through `Exit` when it wants a status other than 0.
 */
export interface CommandModule {
  configure(command: Command, io: Io): void
}

export { Exit }

/** Ends the action that calls it with a status of its own. */
export function endWith(status: number): void {
  if (status !== 0) throw new Exit(status)
}
