import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { tracepoint } from "../tracing/tracepoint.ts"
import { tellEvent } from "./software-events.ts"

const PAGE = 4096
/** X86_PF_USER and X86_PF_INSTR: user space wants to run what is not there. */
const RUNS_USER_CODE = 4 | 16

const pageFaultUser = tracepoint(
  "exceptions",
  "page_fault_user",
  (kernel, address: number, registers: KernelObject, code: number) => ({
    address,
    ip: registers.get(kernel.architecture.registers.instruction),
    error_code: code,
  }),
)

/**
 * The task on the CPU runs code at a user address. The first time, its page is fetched from the file; pages of data and
 * libraries, which a real program needs too, are none that the model knows of.
 */
export function runUserCode(kernel: KernelCore, address: number): void {
  const { current } = kernel
  const page = Math.floor(address / PAGE)
  if (address === 0 || current.presentPages.has(page)) return
  current.presentPages.add(page)
  if (kernel.hooks.onTracepoint("page_fault_user")) {
    const registers = current.userRegisters()
    registers.set(kernel.architecture.registers.instruction, address)
    pageFaultUser(kernel, address, registers, RUNS_USER_CODE)
  }
  tellEvent(kernel.softwareEvents["page-faults"], current)
}
