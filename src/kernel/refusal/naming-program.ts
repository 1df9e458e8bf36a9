import { AttachError } from "../../base/index.ts"

/** Runs what finds a place to attach, and says in its errors which program is about it. */
export function namingProgram<T>(name: string, attach: () => T): T {
  try {
    return attach()
  } catch (error) {
    const prefix = `prog '${name}': `
    if (!(error instanceof AttachError) || error.message.startsWith(prefix)) throw error
    throw new AttachError(prefix + error.message, {
      ...(error.errno && { errno: error.errno }),
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    })
  }
}
