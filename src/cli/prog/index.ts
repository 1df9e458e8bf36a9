import { nounCommand } from "../objects/noun.ts"
import { PROGRAM_TERM } from "../objects/selectors.ts"
import { show } from "./show.ts"

/** `skep --linux prog …`: the programs that a kernel holds, in bpftool's manner. */
export const command = nounCommand({
  name: "prog",
  summary: "Lists, loads, dumps, attaches and runs the programs that the kernel holds.",
  verbs: [show],
  terms: [PROGRAM_TERM],
})
