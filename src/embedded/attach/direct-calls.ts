import type { KernelCore } from "../core.ts"

/** Whether ftrace can call trampolines, and so programs of fentry, fexit, fmod_ret and lsm: else attaching fails with ENOTSUPP. */
export function hasDirectCalls({ profile }: KernelCore): boolean {
  return profile.config("CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS") === "y"
}

export function directCallsHint({ architecture, profile }: KernelCore): string {
  const since = architecture.name === "arm64" ? ", which came to 64-bit ARM with 6.4" : ""
  return `${profile.version} cannot call programs from functions of the kernel: it lacks CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS${since}; kprobes and tracepoints do without`
}
