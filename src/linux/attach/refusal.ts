import { AttachError, errnoName, errorText, SkepError } from "../../base/index.ts"
import { type AttachPoint, describePoint } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { NetlinkError } from "../net/netlink-error.ts"

export interface Reason {
  /** Which rule, with which values; the text of the errno when left out. */
  readonly said?: string | undefined
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** What the kernel refused: "prog 'pass': xdp eth0: a program is already attached (id 946) (EBUSY)". */
export function refusal(
  program: LoadedProgram,
  point: AttachPoint,
  number: number,
  { said, hint, cause }: Reason = {},
): AttachError {
  const errno = errnoName(number)
  const name = errno ?? `error ${number}`
  return new AttachError(
    `prog '${program.spec.name}': ${describePoint(point)}: ${said ?? errorText(number)} (${name})`,
    {
      ...(errno && { errno }),
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    },
  )
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
