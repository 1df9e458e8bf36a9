import { SkepError } from "../../base/index.ts"
import type { Capability } from "../../catalog/index.ts"
import type { Native } from "../ffi/native.ts"
import { holdCapabilities } from "../machine/hold-capabilities.ts"
import type { Machine } from "../machine/machine.ts"

/** Throws SkepError (EPERM) when this process lacks what a full probe needs: the answers would be about it, not the kernel. */
export function requireCapabilities(machine: Machine): void {
  const wanted: readonly Capability[] = machine.since("5.8")
    ? ["CAP_SYS_ADMIN", "CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON"]
    : ["CAP_SYS_ADMIN"]
  const held = machine.capabilities()
  const missing = wanted.filter(capability => !held.has(capability))
  if (missing.length === 0) return
  throw new SkepError(`missing ${missing.join(", ")}, required for full feature probing (EPERM)`, {
    errno: "EPERM",
    hint: "run as root, or say unprivileged",
  })
}

/** Acts without the capabilities that BPF asks for, on this thread. */
export function withoutCapabilities<T>(native: Native, act: () => T): T {
  const restore = holdCapabilities(native, [])
  try {
    return act()
  } finally {
    restore()
  }
}
