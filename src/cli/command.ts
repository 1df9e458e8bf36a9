import type { Command } from "commander"
import type { Io } from "./io.ts"

/**
 * One noun of the command line. `configure` adds arguments, options and an action to the commander command; the
 * action calls the command's own `run(options, io)` and returns through `Exit` when it wants a status other than 0.
 */
export interface CommandModule {
  configure(command: Command, io: Io): void
}

/** Thrown by an action to end with this status: 1 failed, 2 wrong usage, others as a command means them. What there is to say was already written. */
export class Exit extends Error {
  readonly status: number

  constructor(status: number) {
    super(`exit ${status}`)
    this.status = status
  }
}

/** Ends the action that calls it with a status of its own. */
export function endWith(status: number): void {
  if (status !== 0) throw new Exit(status)
}
