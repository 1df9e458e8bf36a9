import { ProgramFault } from "../../base/index.ts"

/** "ok", or the errno (else the code) of what an action throws: what a scenario notes of a system call. */
export function outcome(action: () => unknown): string {
  try {
    action()
    return "ok"
  } catch (error) {
    const { code } = error as { code?: unknown }
    // A program that broke down is no answer of a system call.
    if (typeof code !== "string" || error instanceof ProgramFault) throw error
    return code
  }
}
