import { attachRefusal, filterIsThere } from "../../kernel/index.ts"
import type { Attacher } from "./attached.ts"
import { deviceOf, requireTypes } from "./network-place.ts"
import { requireAttachRight } from "./rights.ts"

const EEXIST = 17

/** A filter of the clsact qdisc, or the action of one that matches all. */
export const attachTrafficControl: Attacher<"tc"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireTypes(program, point, "sched_cls", "sched_act")
  const device = deviceOf(kernel, program, point)
  requireAttachRight(kernel, program, point)
  const side = device.trafficControl[point.direction]
  device.hasClsact = true
  const kind = program.type === "sched_act" ? "action" : "classifier"
  const priority = point.priority ?? side.nextPriority()
  const handle = point.handle ?? side.nextHandle(priority)
  const old = side.filters.find(filter => filter.priority === priority && filter.handle === handle)
  if (old && !point.replace)
    throw attachRefusal(program, point, EEXIST, filterIsThere("Filter already exists"))
  if (old) side.removeFilter(old)
  const remove = side.addFilter({ priority, handle, kind, attachment })
  return { point: { ...point, priority, handle }, remove, note: undefined }
}
