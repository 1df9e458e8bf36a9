import type { HelperKernel } from "../helpers/helper.ts"
import { releaseCpumask } from "./cpumask-kfuncs.ts"

/** How the kernel gives back what an owned pointer in a map value refers to, by the struct's name. */
export const KERNEL_DESTRUCTORS: Readonly<
  Partial<Record<string, (kernel: HelperKernel, address: number) => void>>
> = {
  bpf_cpumask: (kernel, address) => {
    // A program that no verifier has seen may have put any number into the field.
    if (kernel.fields.held.has(address)) releaseCpumask(kernel, BigInt(address))
  },
  task_struct: (kernel, address) => {
    kernel.releaseTask(address)
  },
}
