import { CommandFailure } from "../../../run/invocation.ts"

const REFUSED = 2

/** What tc says when the kernel refuses and says why; about filters it has a line of its own behind. */
export function refused(why: string, isFilter = false): CommandFailure {
  return new CommandFailure(
    `Error: ${why}.\n${isFilter ? "We have an error talking to the kernel\n" : ""}`,
    REFUSED,
  )
}
