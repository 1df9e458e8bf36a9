import { attachRefusal, BOTH_NEIGHBOURS, orderedReason } from "../../kernel/index.ts"
import type { Attacher } from "./attached.ts"
import { replacingIn } from "./chain.ts"
import { deviceOf, EINVAL, requireRelease, requireTypes } from "./network-place.ts"

const [ENOENT, ENXIO, EACCES, EEXIST] = [2, 6, 13, 17]

/** Programs in order on packets that one end of a netkit pair sends; both ends are reached by the first one. */
export const attachNetkit: Attacher<"netkit"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireTypes(program, point, "sched_cls")
  const device = deviceOf(kernel, program, point)
  const refused = (number: number) => attachRefusal(program, point, number, orderedReason(point, number))
  if (point.before !== undefined && point.after !== undefined)
    throw attachRefusal(program, point, EINVAL, BOTH_NEIGHBOURS)
  requireRelease(kernel, program, point, "a netkit program", "6.7")
  if (device.kind !== "netkit") throw refused(ENXIO)
  if (!device.isPrimary) throw refused(EACCES)
  const sender = point.end === "primary" ? device : device.peer
  const chain = sender?.netkit
  if (chain?.has(program)) throw refused(EEXIST)
  const remove = chain?.add(attachment, point)
  if (!chain || !remove) throw refused(ENOENT)
  return { point, remove, note: undefined, update: replacingIn(chain, attachment) }
}
