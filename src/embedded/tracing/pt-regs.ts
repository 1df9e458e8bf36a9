import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"

/** Registers that carry arguments of kernel functions on x86-64, in order. */
export const FUNCTION_ARGUMENTS = ["di", "si", "dx", "cx", "r8", "r9"] as const
/** Registers that carry arguments of system calls on x86-64, in order: `syscall` itself destroys rcx. */
export const SYSCALL_ARGUMENTS = ["di", "si", "dx", "r10", "r8", "r9"] as const

const KERNEL_CODE_SEGMENT = 0x10
const INTERRUPTS_ENABLED = 0x246

/** The registers a probe on a kernel function sees. The caller frees them. */
export function functionRegisters(kernel: KernelCore, ip: bigint, args: readonly bigint[]): KernelObject {
  const regs = kernel.types.create("pt_regs", {
    ip,
    sp: kernel.current.stackTop - 64,
    cs: KERNEL_CODE_SEGMENT,
    flags: INTERRUPTS_ENABLED,
    orig_ax: -1,
  })
  FUNCTION_ARGUMENTS.forEach((register, index) => {
    const value = args[index]
    if (value !== undefined) regs.set(register, value)
  })
  return regs
}
