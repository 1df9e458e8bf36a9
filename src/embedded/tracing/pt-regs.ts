import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"

/** Bytes of its stack that a function of the kernel has taken. */
const STACK_IN_USE = 64

/** The registers a probe on a kernel function sees. The caller frees them. */
export function functionRegisters(
  { architecture, current, types }: KernelCore,
  instruction: bigint,
  args: readonly bigint[],
): KernelObject {
  const { registers, inKernel } = architecture
  const regs = types.create("pt_regs", {
    ...inKernel,
    [registers.instruction]: instruction,
    [registers.stack]: current.stackTop - STACK_IN_USE,
  })
  registers.functionArguments.forEach((register, index) => {
    const value = args[index]
    if (value !== undefined) regs.set(register, value)
  })
  return regs
}
