import { SkepError } from "../../base/index.ts"
import { type AttachPoint, attachRefusal, NetlinkError, type Reason, refusedAt } from "../../kernel/index.ts"
import type { LoadedProgram } from "../load/load-program.ts"

export { attachRefusal as refusal, type Reason }

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
      throw attachRefusal(program, point, error.number, { said: error.said, ...explain(error), cause: error })
    if (!(error instanceof SkepError)) throw error
    throw refusedAt(program, point, error)
  }
}
