import type { KernelCore } from "../core.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"

/** Functions that the kernel has for test runs of tracing programs alone (net/bpf/test_run.c): most add their arguments up. */
const one = kernelFunction("bpf_fentry_test1", (_kernel, a: number): number => a + 1)
const two = kernelFunction("bpf_fentry_test2", (_kernel, a: number, b: bigint): number => a + Number(b))
const three = kernelFunction(
  "bpf_fentry_test3",
  (_kernel, a: number, b: number, c: bigint): number => a + b + Number(c),
)
const four = kernelFunction(
  "bpf_fentry_test4",
  (_kernel, a: bigint, b: number, c: number, d: bigint): number => Number(a) + b + c + Number(d),
)
const five = kernelFunction(
  "bpf_fentry_test5",
  (_kernel, a: bigint, b: bigint, c: number, d: number, e: bigint): number =>
    Number(a) + Number(b) + c + d + Number(e),
)
const six = kernelFunction(
  "bpf_fentry_test6",
  (_kernel, a: bigint, b: bigint, c: number, d: number, e: bigint, f: bigint): number =>
    Number(a) + Number(b) + c + d + Number(e) + Number(f),
)
const seven = kernelFunction("bpf_fentry_test7", (_kernel, pointer: bigint): number => Number(pointer))
const eight = kernelFunction("bpf_fentry_test8", (kernel, holder: bigint): number =>
  Number(kernel.memory.view.getBigUint64(Number(holder), true)),
)
const nine = kernelFunction("bpf_fentry_test9", (kernel, word: bigint): number =>
  kernel.memory.view.getUint32(Number(word), true),
)

/** Calls them all, as a test run of an fentry or fexit program does; whatever is attached to them runs. */
export function callFentryFunctions(kernel: KernelCore): void {
  const zeros = kernel.memory.alloc(8)
  one(kernel, 1)
  two(kernel, 2, 3n)
  three(kernel, 4, 5, 6n)
  four(kernel, 7n, 8, 9, 10n)
  five(kernel, 11n, 12n, 13, 14, 15n)
  six(kernel, 16n, 17n, 18, 19, 20n, 21n)
  seven(kernel, 0n)
  eight(kernel, BigInt(zeros))
  if (kernel.since("6.8")) nine(kernel, BigInt(zeros))
  kernel.memory.free(zeros)
}
