/** "ok", or the errno (else the code) of what an action throws: what a scenario notes of a system call. */
export function outcome(action: () => unknown): string {
  try {
    action()
    return "ok"
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (typeof code !== "string") throw error
    return code
  }
}
