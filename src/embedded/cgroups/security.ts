import type { KernelCore } from "../core.ts"
import type { GroupHook } from "./group-programs.ts"
import { hasGroupPrograms, runGroupPrograms } from "./run-group-programs.ts"

/** Where LSM programs of groups stand: "socket_bind". */
export function groupSecurityHook(name: string): GroupHook {
  return `lsm_cgroup/${name}`
}

/**
 * What LSM programs of a group say: of the socket that the hook is about, else of the task on the CPU. They see the hook's
 * arguments, a register each. 0 or a negative errno.
 */
export function runGroupSecurity(kernel: KernelCore, name: string, args: readonly bigint[]): number {
  const hook = groupSecurityHook(name)
  const group = kernel.sockets.at(Number(args[0] ?? 0n))?.group ?? kernel.current.group
  if (!hasGroupPrograms(kernel, group, hook)) return 0
  const context = kernel.memory.alloc(Math.max(args.length, 1) * 8)
  args.forEach((value, index) => {
    kernel.memory.view.setBigUint64(context + index * 8, BigInt.asUintN(64, value), true)
  })
  const result = runGroupPrograms(kernel, group, hook, context)
  kernel.memory.free(context)
  return result
}
