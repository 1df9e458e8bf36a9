import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { EventRecord } from "./event-record.ts"
import type { Attachment } from "./hooks.ts"
import { kernelFunction } from "./kernel-function.ts"
import { SYSCALL_ARGUMENTS } from "./pt-regs.ts"
import { TRACE_FLAGS } from "./trace-flags.ts"
import { declareTracepoint, fireTracepoint, runRecorded } from "./tracepoint.ts"

const USER_CODE_SEGMENT = 0x33
/** What rax holds at entry until the call has its result. */
const NO_RESULT_YET = -38

/** What a program has of its stack already: its arguments, its environment, its first frames. */
const STACK_IN_USE = 0x200

const TRACEPOINTS = { enter: declareTracepoint("sys_enter"), exit: declareTracepoint("sys_exit") } as const

/** What fires sys_enter, by the names that compilers give it. */
const TRACE_ENTER = ["syscall_trace_enter", "syscall_trace_enter.constprop.0"]

/** The key of the callback that all syscalls/* events share on sys_enter and sys_exit. */
export const SYSCALL_EVENTS = "syscalls/*"

/** The name that system call functions have on x86-64. */
export const SYSCALL_PREFIX = "__x64_sys_"

/** A system call of the modelled kernel: `call(kernel, arg1, …)` from user space, the result as user space sees it. */
export type Syscall = (kernel: KernelCore, ...args: (number | bigint)[]) => number

const byName = new Map<string, number>()

/** The number of a modelled system call, or undefined. */
export function syscallNumber(name: string): number | undefined {
  return byName.get(name)
}

/**
 * Writes a system call once: entering fires sys_enter (raw and per call), then the function `__x64_sys_<name>` with
 * its probes, then sys_exit. `number` is the x86-64 one.
 */
export function syscall(
  name: string,
  number: number,
  body: (kernel: KernelCore, args: readonly bigint[]) => number,
): Syscall {
  byName.set(name, number)
  const enter = kernelFunction(SYSCALL_PREFIX + name, (kernel, regs: KernelObject) =>
    BigInt(
      body(
        kernel,
        SYSCALL_ARGUMENTS.map(register => regs.get(register)),
      ),
    ),
  )
  return (kernel, ...args) => {
    const regs = userRegisters(kernel, number, args)
    const task = kernel.current
    fireSyscall(kernel, "enter", name, regs, number)
    const result = Number(BigInt.asIntN(64, BigInt(enter(kernel, regs))))
    // execve and fork may have put another task on the CPU's registers; the exit belongs to the one that entered.
    kernel.current = task
    regs.set("ax", result)
    if (!task.exited) fireSyscall(kernel, "exit", name, regs, result)
    if (!task.exited) kernel.returnToUser()
    return result
  }
}

/** The way a new task leaves the clone that made it: only sys_exit, with 0. */
export function returnFromFork(kernel: KernelCore, name: string): void {
  const regs = userRegisters(kernel, syscallNumber(name) ?? 0, [])
  regs.set("ax", 0)
  fireSyscall(kernel, "exit", name, regs, 0)
  kernel.returnToUser()
}

function userRegisters(kernel: KernelCore, number: number, args: readonly (number | bigint)[]): KernelObject {
  const regs = kernel.current.userRegisters()
  regs.set("orig_ax", number).set("ax", NO_RESULT_YET).set("cs", USER_CODE_SEGMENT)
  const { current } = kernel
  regs.set("ip", current.codeAddress).set("sp", current.setUpStack() - STACK_IN_USE)
  SYSCALL_ARGUMENTS.forEach((register, index) => {
    regs.set(register, args[index] ?? 0)
  })
  return regs
}

/**
 * Fires sys_enter or sys_exit: `value` is the call's number there, its result here. Programs on syscalls/* events
 * share one callback on the same tracepoint, whichever call they want.
 */
function fireSyscall(
  kernel: KernelCore,
  side: "enter" | "exit",
  name: string,
  regs: KernelObject,
  value: number,
): void {
  if (!kernel.hooks.onTracepoint(TRACEPOINTS[side])) return
  const args = SYSCALL_ARGUMENTS.map(register => regs.get(register))
  const id = regs.get("orig_ax")
  const around = side === "enter" ? addressOfFirst(kernel, TRACE_ENTER) : undefined
  if (around !== undefined) kernel.calls.push(around)
  const record: EventRecord = side === "enter" ? { id, args } : { id, ret: value }
  fireTracepoint(kernel, TRACEPOINTS[side], [regs, value], (event, attachments) => {
    if (event !== SYSCALL_EVENTS)
      return runRecorded(kernel, "raw_syscalls", TRACEPOINTS[side], record, attachments)
    const wanted = attachments.filter(attachment => attachment.event === `sys_${side}_${name}`)
    runSyscallEvent(kernel, regs, side === "enter" ? args : [BigInt(value)], wanted)
  })
  if (around !== undefined) kernel.calls.pop()
}

function addressOfFirst({ profile }: KernelCore, names: readonly string[]): bigint | undefined {
  for (const name of names) {
    const symbol = profile.symbols().find(name)
    if (symbol) return symbol.address
  }
  return undefined
}

/** The context of syscalls/* programs: 8 bytes that may not be read, the number, then arguments or the result. */
function runSyscallEvent(
  kernel: KernelCore,
  regs: KernelObject,
  values: readonly bigint[],
  attachments: readonly Attachment[],
): void {
  const context = kernel.memory.alloc(64)
  const { view } = kernel.memory
  view.setBigUint64(context, BigInt(regs.address), true)
  view.setInt32(context + 8, regs.number("orig_ax"), true)
  values.forEach((value, index) => {
    view.setBigUint64(context + 16 + index * 8, BigInt.asUintN(64, value), true)
  })
  for (const attachment of attachments) kernel.run(attachment, context, { traceFlags: TRACE_FLAGS.event({}) })
  kernel.memory.free(context)
}
