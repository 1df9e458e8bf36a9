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

/** Adds one to what it is pointed at, and gives the sum of both. */
const modify = kernelFunction("bpf_modify_return_test", (kernel, a: number, b: number): number =>
  addOne(kernel, a, b),
)
const modifyLater = kernelFunction(
  "bpf_modify_return_test2",
  (kernel, a: number, b: number, c: number, d: number, e: bigint, f: number, g: number): number =>
    addOne(kernel, a, b) + c + d + Number(e) + f + g,
)

function addOne({ memory }: KernelCore, a: number, b: number): number {
  const value = memory.view.getInt32(b, true) + 1
  memory.view.setInt32(b, value, true)
  return a + value
}

/** As a test run of an fmod_ret program does: what the functions gave, and above 16 bits how many of their bodies ran. */
export function callModifyReturnFunctions(kernel: KernelCore): number {
  const word = kernel.memory.alloc(8)
  const call = (run: () => number): readonly [number, number] => {
    kernel.memory.view.setInt32(word, 2, true)
    const answer = run()
    return [answer, kernel.memory.view.getInt32(word, true) === 2 ? 0 : 1]
  }
  const [first, ran] = call(() => modify(kernel, 1, word))
  // Kernels from 6.6 or so on have a second function.
  const [second, ranToo] = kernel.profile.btf().find("bpf_modify_return_test2", "func")
    ? call(() => modifyLater(kernel, 1, word, 3, 4, 5n, 6, 7))
    : [0, 0]
  kernel.memory.free(word)
  return ((ran + ranToo) << 16) | ((first + second) & 0xffff)
}
