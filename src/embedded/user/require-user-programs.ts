import { NotModelledError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"

/** Throws NotModelledError where programs of user space are unknown machine code: all that is known are those for x86-64. */
export function requireUserPrograms({ architecture }: KernelCore): void {
  if (architecture.hasUserPrograms) return
  throw new NotModelledError(
    `programs of user space, and probes on them, are not modelled on ${architecture.title}`,
    { hint: "uprobes and USDT are modelled on x86-64: choose a kernel of that architecture" },
  )
}
