import type { GroupRun } from "../cgroups/index.ts"
import { ArgumentRefusal, word } from "./argument.ts"
import type { HelperTable, Invocation } from "./helper.ts"

/** Helpers that tell in which control group the task is, and what its hooks answer. */
export const CGROUP_HELPERS: HelperTable = {
  bpf_get_current_cgroup_id: kernel => kernel.currentTask().group.id,

  /** 0 for a level that is below the task's group, or negative. */
  bpf_get_current_ancestor_cgroup_id: (kernel, [level]) =>
    kernel.currentTask().group.ancestor(word(level) | 0)?.id ?? 0n,

  bpf_get_retval: (_kernel, _args, invocation) => runOf(invocation).retval,

  bpf_set_retval: (_kernel, [value], invocation) => {
    runOf(invocation).retval = Number(BigInt.asIntN(32, value))
    return 0
  },
}

function runOf({ group, program }: Invocation): GroupRun {
  if (group) return group
  throw new ArgumentRefusal(`the ${program.type} program runs on no hook of control groups`)
}
