import type { HelperKernel } from "./helper.ts"

/**
 * What an operation of a map answers as the program sees it. Before 6.4 these functions of the kernel returned `int`,
 * whose register has an upper half of zeros: a program that keeps it in a `long` sees errors as large positive numbers.
 */
export function answer(kernel: Pick<HelperKernel, "since">, result: number): bigint {
  return BigInt.asUintN(kernel.since("6.4") ? 64 : 32, BigInt(result))
}
