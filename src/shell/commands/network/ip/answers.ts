import { type Errno, errnoText } from "../../../../base/index.ts"
import { CommandFailure } from "../../../run/invocation.ts"

const REFUSED = 2

/** What ip says when the kernel refuses with a number alone; 0 where it did not. Throws CommandFailure. */
export function answers(errno: Errno | undefined): 0 {
  if (errno) throw new CommandFailure(`RTNETLINK answers: ${errnoText(errno)}\n`, REFUSED)
  return 0
}

/** And when it says why. */
export function refused(why: string): CommandFailure {
  return new CommandFailure(`Error: ${why}.\n`, REFUSED)
}
