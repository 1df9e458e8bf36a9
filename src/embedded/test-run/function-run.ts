import { NotModelledError } from "../../base/index.ts"
import type { RunOptions } from "../../kernel/index.ts"
import { Refused, refuseIf, type TestSubject } from "./run-kind.ts"

/**
 * BPF_PROG_TEST_RUN of tracing programs: the kernel calls functions of its own, bpf_fentry_test1 … or bpf_modify_return_test, and
 * whatever is attached to them runs. The program itself does only if it is.
 */
export function runFunctions({ name, attachType }: TestSubject, options: RunOptions): never {
  const { flags = 0, cpu = 0, batchSize = 0 } = options
  refuseIf(flags !== 0 || cpu !== 0 || batchSize !== 0, "EINVAL", "it takes no flags, cpu and batch size")
  if (attachType !== "trace_fentry" && attachType !== "trace_fexit" && attachType !== "modify_return")
    throw new Refused("EFAULT", "the kernel has functions to call for fentry, fexit and fmod_ret only")
  throw new NotModelledError(
    `prog '${name}': the kernel's functions that a test run calls (bpf_fentry_test1 …) are not modelled by the embedded kernel yet`,
    { hint: "attach it, and let a process do what it traces" },
  )
}
