import type { RunOptions, RunResult } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { callFentryFunctions } from "./fentry-functions.ts"
import { Refused, refuseIf, type TestSubject } from "./run-kind.ts"

/**
 * BPF_PROG_TEST_RUN of tracing programs: the kernel calls functions of its own, and whatever is attached to them runs. The
 * program itself does only if it is; packet, context and repeat are not looked at.
 */
export function runFunctions(
  kernel: KernelCore,
  { attachType }: TestSubject,
  options: RunOptions,
): RunResult {
  const { flags = 0, cpu = 0, batchSize = 0 } = options
  refuseIf(flags !== 0 || cpu !== 0 || batchSize !== 0, "EINVAL", "it takes no flags, cpu and batch size")
  // Programs for fmod_ret, which have a function of their own, do not load yet.
  if (attachType !== "trace_fentry" && attachType !== "trace_fexit")
    throw new Refused("EFAULT", "the kernel has functions to call for fentry and fexit only")
  callFentryFunctions(kernel)
  const nothing = new Uint8Array(0)
  return { result: 0, action: undefined, packet: nothing, context: nothing, duration: 0 }
}
