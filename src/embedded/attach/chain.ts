import type { OrderedPrograms } from "../network/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import type { Attached } from "./attached.ts"

/** Another program in the place of one of a chain, which has each but once. */
export function replacingIn(chain: OrderedPrograms, attachment: Attachment): NonNullable<Attached["update"]> {
  return program => {
    if (chain.has(program)) return "EEXIST"
    attachment.program = program
    return undefined
  }
}
