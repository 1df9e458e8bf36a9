import type { Cgroup } from "../cgroups/index.ts"
import { word } from "../helpers/argument.ts"
import type { HelperKernel, HelperTable } from "../helpers/index.ts"

const groupAt = ({ core }: HelperKernel, address: bigint): Cgroup | undefined =>
  core.cgroups.at(Number(address))
const addressOf = (group: Cgroup | undefined): number => group?.object.address ?? 0

/** Kernel functions for control groups. Nothing takes a group away while a program runs: references need no count. */
export const CGROUP_KFUNCS: HelperTable = {
  bpf_cgroup_acquire: (kernel, [group]) => addressOf(groupAt(kernel, group)),
  bpf_cgroup_release: () => 0,
  bpf_cgroup_from_id: (kernel, [id]) => addressOf(kernel.core.cgroups.byId(id)),
  bpf_cgroup_ancestor: (kernel, [group, level]) =>
    addressOf(groupAt(kernel, group)?.ancestor(word(level) | 0)),
  /** There are no hierarchies of cgroup v1. */
  bpf_task_get_cgroup1: () => 0,
  bpf_task_under_cgroup: (kernel, [task, ancestor]) => {
    const above = groupAt(kernel, ancestor)
    const group = kernel.core.groupOfTask(Number(task))
    return above && group?.isBelow(above) ? 1 : 0
  },
}
