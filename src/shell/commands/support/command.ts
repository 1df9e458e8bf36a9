import type { Invocation } from "../../run/invocation.ts"

/** What can stand first on a command line. */
export interface ShellCommand {
  /** One line for `help`. */
  readonly summary: string
  /** The program that is executed for it; what has none is the shell's own. */
  readonly path?: string
  /** What it does; the answer is its exit status. */
  readonly run: (invocation: Invocation) => number | Promise<number>
}
