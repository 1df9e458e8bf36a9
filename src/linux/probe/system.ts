import { existsSync, readFileSync } from "node:fs"
import { type FeatureReport, PROBED_OPTIONS, type Sysctls } from "../../kernel/index.ts"
import type { Machine } from "../machine/machine.ts"

export function readConfig(machine: Machine): NonNullable<FeatureReport["config"]> {
  return PROBED_OPTIONS.map(name => ({ name, value: machine.config(name) }))
}

/** Undefined where /proc is not mounted. */
export function readSysctls(): Sysctls | undefined {
  if (!existsSync("/proc/sys")) return undefined
  return {
    unprivilegedDisabled: readSysctl("kernel/unprivileged_bpf_disabled"),
    jitEnable: readSysctl("net/core/bpf_jit_enable"),
    jitHarden: readSysctl("net/core/bpf_jit_harden"),
    jitKallsyms: readSysctl("net/core/bpf_jit_kallsyms"),
    jitLimit: readSysctl("net/core/bpf_jit_limit"),
  }
}

function readSysctl(name: string): number | undefined {
  try {
    const text = readFileSync(`/proc/sys/${name}`, "latin1").trim()
    return /^-?\d+$/.test(text) ? Number(text) : undefined
  } catch {
    return undefined
  }
}
