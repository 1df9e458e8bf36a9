import { AttachError, SkepError } from "../../base/index.ts"
import { type AttachPoint, type AttachReason, attachRefusal, describePoint } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { NetlinkError } from "../net/netlink-error.ts"

export type Reason = AttachReason

/** What the kernel refused: "prog 'pass': xdp eth0: a program is already attached (id 946) (EBUSY)". */
export function refusal(
  program: LoadedProgram,
  point: AttachPoint,
  number: number,
  reason: Reason = {},
): AttachError {
  return attachRefusal(program.spec.name, point, number, reason)
}

/**
 * Runs what finds or asks for the place, and turns its errors into refusals of this attachment: of netlink with the
 * kernel's own words, for which `explain` may know more.
 */
export function refusing<T>(
  program: LoadedProgram,
  point: AttachPoint,
  action: () => T,
  explain: (error: NetlinkError) => Reason = () => ({}),
): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof NetlinkError && error.number !== 0)
      throw refusal(program, point, error.number, { said: error.said, ...explain(error), cause: error })
    if (!(error instanceof SkepError)) throw error
    throw new AttachError(`prog '${program.spec.name}': ${describePoint(point)}: ${error.message}`, {
      ...(error.errno && { errno: error.errno }),
      ...(error.hint !== undefined && { hint: error.hint }),
      cause: error,
    })
  }
}
