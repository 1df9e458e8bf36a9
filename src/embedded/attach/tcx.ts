import { attachRefusal, BOTH_NEIGHBOURS, orderedReason, TCX_ELSEWHERE } from "../../kernel/index.ts"
import type { Attacher } from "./attached.ts"
import { replacingIn } from "./chain.ts"
import { deviceOf, EINVAL, requireRelease, requireTypes } from "./network-place.ts"

const [ENOENT, EEXIST] = [2, 17]

/** Programs in order on one side of a device. */
export const attachTcx: Attacher<"tcx"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireTypes(program, point, "sched_cls")
  const device = deviceOf(kernel, program, point)
  if (point.before !== undefined && point.after !== undefined)
    throw attachRefusal(program, point, EINVAL, BOTH_NEIGHBOURS)
  requireRelease(kernel, program, point, "a tcx program", "6.6", TCX_ELSEWHERE)
  const chain = device.trafficControl[point.direction].tcx
  if (chain.has(program)) throw attachRefusal(program, point, EEXIST, orderedReason(point, EEXIST))
  const remove = chain.add(attachment, point)
  if (!remove) throw attachRefusal(program, point, ENOENT, orderedReason(point, ENOENT))
  return { point, remove, note: undefined, update: replacingIn(chain, attachment) }
}
