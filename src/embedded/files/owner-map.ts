import type { KernelCore } from "../core.ts"

/** How owners are mapped on a mount that maps none: a namespace up to 6.2, an object of its own since. */
export function ownerMap(kernel: KernelCore): bigint {
  const name = kernel.since("6.3") ? "nop_mnt_idmap" : "init_user_ns"
  return kernel.profile.symbols().find(name)?.address ?? 0n
}
