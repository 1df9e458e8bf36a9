import { errnoNumber } from "../../base/index.ts"
import type { Cgroup, GroupRun } from "../cgroups/index.ts"
import { CgroupArray } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument, word } from "./argument.ts"
import type { HelperKernel, HelperTable, Invocation } from "./helper.ts"
import { socketBehind } from "./socket-argument.ts"

/** Helpers that tell in which control group the task is, and what its hooks answer. */
export const CGROUP_HELPERS: HelperTable = {
  bpf_get_current_cgroup_id: kernel => kernel.currentTask().group.id,

  /** 0 for a level that is below the task's group, or negative. */
  bpf_get_current_ancestor_cgroup_id: (kernel, [level]) =>
    kernel.currentTask().group.ancestor(word(level) | 0)?.id ?? 0n,

  bpf_current_task_under_cgroup: (kernel, [map, index]) =>
    isUnder(kernel, kernel.currentTask().group, map, index),
  bpf_skb_under_cgroup: (kernel, [skb, map, index], invocation) => {
    const socket = socketBehind(kernel, skb, invocation)
    return socket ? isUnder(kernel, socket.group, map, index) : -errnoNumber("ENOENT")
  },

  bpf_get_retval: (_kernel, _args, invocation) => runOf(invocation).retval,

  bpf_set_retval: (_kernel, [value], invocation) => {
    runOf(invocation).retval = Number(BigInt.asIntN(32, value))
    return 0
  },
}

/** 1 when a group is the one in a place of a map, or below it. */
function isUnder(kernel: HelperKernel, group: Cgroup, map: bigint, index: bigint): number {
  const storage = mapArgument(kernel, map)
  if (!(storage instanceof CgroupArray))
    throw new ArgumentRefusal(`map '${storage.attributes.name}' is no cgroup_array`)
  if (word(index) >= storage.attributes.maxEntries) return -errnoNumber("E2BIG")
  const above = kernel.core.cgroups.at(storage.at(word(index)))
  if (!above) return -errnoNumber("EAGAIN")
  return group.isBelow(above) ? 1 : 0
}

function runOf({ group, program }: Invocation): GroupRun {
  if (group) return group
  throw new ArgumentRefusal(`the ${program.type} program runs on no hook of control groups`)
}
