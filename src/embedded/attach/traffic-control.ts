import { attachRefusal, filterIsThere } from "../../kernel/index.ts"
import type { Filter } from "../network/index.ts"
import type { Attacher } from "./attached.ts"
import { deviceOf, requireTypes } from "./network-place.ts"

const EEXIST = 17
/** What the kernel gives filters that name no priority: below it, the next one lower each time. */
const FIRST_PRIORITY = 49152

/** A filter of the clsact qdisc, or the action of one that matches all. */
export const attachTrafficControl: Attacher<"tc"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireTypes(program, point, "sched_cls", "sched_act")
  const side = deviceOf(kernel, program, point).trafficControl[point.direction]
  const kind = program.type === "sched_act" ? "action" : "classifier"
  const priority = point.priority ?? nextPriority(side.filters)
  const handle = point.handle ?? nextHandle(side.filters, priority)
  const old = side.filters.find(filter => filter.priority === priority && filter.handle === handle)
  if (old && !point.replace)
    throw attachRefusal(program, point, EEXIST, filterIsThere("Filter already exists"))
  if (old) side.removeFilter(old)
  const remove = side.addFilter({ priority, handle, kind, attachment })
  return { point: { ...point, priority, handle }, remove, note: undefined }
}

function nextPriority(filters: readonly Filter[]): number {
  return Math.min(FIRST_PRIORITY + 1, ...filters.map(({ priority }) => priority)) - 1
}

function nextHandle(filters: readonly Filter[], priority: number): number {
  const same = filters.filter(filter => filter.priority === priority)
  return Math.max(0, ...same.map(({ handle }) => handle)) + 1
}
