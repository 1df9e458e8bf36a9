import { failedRun, type RunOptions, type RunResult } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { callFentryFunctions, callModifyReturnFunctions } from "./fentry-functions.ts"
import { finishRun } from "./finish-run.ts"
import { Refused, refuseIf, type TestSubject } from "./run-kind.ts"

/**
 * BPF_PROG_TEST_RUN of tracing programs: the kernel calls functions of its own, and whatever is attached to them runs. The
 * program itself does only if it is; packet, context and repeat are not looked at.
 */
export function runFunctions(kernel: KernelCore, subject: TestSubject, options: RunOptions): RunResult {
  const { flags = 0, cpu = 0, batchSize = 0 } = options
  refuseIf(flags !== 0 || cpu !== 0 || batchSize !== 0, "EINVAL", "it takes no flags, cpu and batch size")
  const result = callFunctions(kernel, subject)
  const ended = finishRun(kernel)
  if (ended < 0) throw failedRun(subject, -ended)
  const nothing = new Uint8Array(0)
  return { result, action: undefined, packet: nothing, context: nothing, duration: 0 }
}

function callFunctions(kernel: KernelCore, { attachType }: TestSubject): number {
  switch (attachType) {
    case "trace_fentry":
    case "trace_fexit":
      callFentryFunctions(kernel)
      return 0
    case "modify_return":
      return callModifyReturnFunctions(kernel)
    default:
      throw new Refused("EFAULT", "the kernel has functions to call for fentry, fexit and fmod_ret only")
  }
}
