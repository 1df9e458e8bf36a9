import type { Capability } from "../catalog/index.ts"

/** What the capabilities of the process that loads a program change about its verification. */
export interface Privileges {
  /** CAP_BPF: functions, loops, and numbers that are compared loosely. */
  readonly bpf: boolean
  /** CAP_PERFMON: the program may see addresses of the kernel, and read stack that was never written. */
  readonly perfmon: boolean
  /** As the catalogue asks for them; undefined for all. */
  readonly capabilities: readonly Capability[] | undefined
}

/** Of a process with these capabilities; undefined for all. */
export function privilegesOf(capabilities: ReadonlySet<Capability> | undefined): Privileges {
  if (capabilities === undefined || capabilities.has("CAP_SYS_ADMIN"))
    return { bpf: true, perfmon: true, capabilities: undefined }
  return {
    bpf: capabilities.has("CAP_BPF"),
    perfmon: capabilities.has("CAP_PERFMON"),
    capabilities: [...capabilities],
  }
}

/**
 * Programs that may see addresses are not kept from learning them by what a processor runs ahead on. (Neither is
 * anybody where the kernel's mitigations are off, which is not modelled.)
 */
export function watchesSpeculation({ perfmon }: Privileges): boolean {
  return !perfmon
}
