import { ARCHITECTURES } from "../architecture/architectures.ts"
import { PLAIN_CALL_PREFIX, type SystemCallName, systemCallNumber } from "../architecture/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { EventRecord } from "./event-record.ts"
import type { Attachment } from "./hooks.ts"
import { kernelFunction } from "./kernel-function.ts"
import { TRACE_FLAGS } from "./trace-flags.ts"
import { declareTracepoint, fireTracepoint, runRecorded } from "./tracepoint.ts"

/** What a program has of its stack already: its arguments, its environment, its first frames. */
const STACK_IN_USE = 0x200

const TRACEPOINTS = { enter: declareTracepoint("sys_enter"), exit: declareTracepoint("sys_exit") } as const

/** What fires sys_enter, by the names that compilers give it. */
const TRACE_ENTER = ["syscall_trace_enter", "syscall_trace_enter.constprop.0"]

/** The key of the callback that all syscalls/* events share on sys_enter and sys_exit. */
export const SYSCALL_EVENTS = "syscalls/*"

/** The name of a system call's function, as libbpf looks for it. */
export function syscallFunction(kernel: KernelCore, name: string): string {
  return (areCallsWrapped(kernel) ? kernel.architecture.callPrefix : PLAIN_CALL_PREFIX) + name
}

/** CONFIG_ARCH_HAS_SYSCALL_WRAPPER: functions of system calls get the registers of user space (since 4.17 on x86-64). */
function areCallsWrapped({ architecture, profile }: KernelCore): boolean {
  const known = wrappers.get(profile)
  if (known !== undefined) return known
  const found = profile.symbols().find(`${architecture.callPrefix}bpf`) !== undefined
  wrappers.set(profile, found)
  return found
}

const wrappers = new WeakMap<KernelCore["profile"], boolean>()

/** A system call of the modelled kernel: `call(kernel, arg1, …)` from user space, the result as user space sees it. */
export type Syscall = (kernel: KernelCore, ...args: (number | bigint)[]) => number

/**
 * Writes a system call once: entering fires sys_enter (raw and per call), then its function (`__x64_sys_<name>`) with its
 * probes, then sys_exit. Where the architecture lacks the call, calling it throws NotModelledError.
 */
export function syscall(
  name: SystemCallName,
  body: (kernel: KernelCore, args: readonly bigint[]) => number,
): Syscall {
  const wrapped = new Map(
    ARCHITECTURES.filter(({ calls }) => calls[name] !== undefined).map(({ callPrefix, registers }) => [
      callPrefix,
      kernelFunction(callPrefix + name, (kernel, regs: KernelObject) =>
        BigInt(
          body(
            kernel,
            registers.callArguments.map(register => regs.get(register)),
          ),
        ),
      ),
    ]),
  )
  const plain = kernelFunction(PLAIN_CALL_PREFIX + name, (kernel, ...args: bigint[]) =>
    BigInt(body(kernel, args)),
  )
  return (kernel, ...args) => {
    const { architecture } = kernel
    const number = systemCallNumber(architecture, name)
    const regs = userRegisters(kernel, number, args)
    const task = kernel.current
    fireSyscall(kernel, "enter", name, regs, number)
    const enter = areCallsWrapped(kernel) ? wrapped.get(architecture.callPrefix) : undefined
    const answer = enter ? enter(kernel, regs) : plain(kernel, ...callArguments(kernel, regs))
    const result = Number(BigInt.asIntN(64, BigInt(answer)))
    // execve and fork may have put another task on the CPU's registers; the exit belongs to the one that entered.
    kernel.current = task
    regs.set(architecture.registers.result, result)
    if (!task.exited) fireSyscall(kernel, "exit", name, regs, result)
    if (!task.exited) kernel.returnToUser()
    return result
  }
}

/** The way a new task leaves the clone that made it: only sys_exit, with 0. */
export function returnFromFork(kernel: KernelCore, name: SystemCallName): void {
  const { architecture } = kernel
  const regs = userRegisters(kernel, systemCallNumber(architecture, name), [])
  regs.set(architecture.registers.result, 0)
  fireSyscall(kernel, "exit", name, regs, 0)
  kernel.returnToUser()
}

function userRegisters(kernel: KernelCore, number: number, args: readonly (number | bigint)[]): KernelObject {
  const { architecture, current } = kernel
  const { registers } = architecture
  const regs = current.userRegisters()
  regs
    .set(registers.instruction, current.codeAddress)
    .set(registers.stack, current.setUpStack() - STACK_IN_USE)
  registers.callArguments.forEach((register, index) => {
    regs.set(register, args[index] ?? 0)
  })
  const others = architecture.atCall(number, BigInt(args[0] ?? 0))
  for (const name in others) regs.set(name, others[name]!)
  return regs
}

function callArguments({ architecture }: KernelCore, regs: KernelObject): bigint[] {
  return architecture.registers.callArguments.map(register => regs.get(register))
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
  const args = callArguments(kernel, regs)
  const id = regs.get(kernel.architecture.registers.callNumber)
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
  view.setInt32(context + 8, regs.number(kernel.architecture.registers.callNumber), true)
  values.forEach((value, index) => {
    view.setBigUint64(context + 16 + index * 8, BigInt.asUintN(64, value), true)
  })
  for (const attachment of attachments) kernel.run(attachment, context, { traceFlags: TRACE_FLAGS.event({}) })
  kernel.memory.free(context)
}
