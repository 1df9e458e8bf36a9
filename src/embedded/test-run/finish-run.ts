import type { KernelCore } from "../core.ts"
import { tracepoint } from "../tracing/tracepoint.ts"

const BPF_TEST_FINISH = "bpf_test_finish"

/** Told of every end of a test run; programs on it may write another errno there (raw_tp.w). */
const bpfTestFinish = tracepoint("bpf_test_run", BPF_TEST_FINISH, (kernel, error: number) => ({
  err: kernel.memory.view.getInt32(error, true),
}))

/** What the kernel does last in a test run that ends with 0 or a negative errno: the answer is how it ends indeed. */
export function finishRun(kernel: KernelCore, status = 0): number {
  if (!kernel.hooks.onTracepoint(BPF_TEST_FINISH)) return status
  const error = kernel.memory.alloc(8)
  kernel.memory.view.setInt32(error, status, true)
  bpfTestFinish(kernel, error)
  const changed = kernel.memory.view.getInt32(error, true)
  kernel.memory.free(error)
  return changed
}
