import type { HookFacts, KernelCore } from "../core.ts"
import { KernelObject } from "../memory/index.ts"
import type { FunctionSite } from "./function-sites.ts"
import type { FunctionHooks } from "./hooks.ts"
import { functionRegisters } from "./pt-regs.ts"
import { TRACE_FLAGS } from "./trace-flags.ts"

/** What a function takes and gives in a register; an object stands for its address. */
export type Register = bigint | number | KernelObject

/** A function of the modelled kernel: calling it runs everything that is attached to it. */
export type KernelFunction<Args extends readonly Register[], Result extends Register | undefined> = (
  kernel: KernelCore,
  ...args: Args
) => Result

const modelled = new Set<string>()

/** True when the embedded kernel has a body for this function: a probe on it can fire. `symbol` may carry a clone suffix. */
export function isModelled(symbol: string): boolean {
  return modelled.has(symbol) || modelled.has(symbol.replace(/\..*$/, ""))
}

/**
 * Writes a kernel function once. Calling it fires, in the kernel's order, its kprobes, fentry programs, the body,
 * fexit programs and kretprobes. Where this kernel build has no such symbol (inlined away) only the body runs.
 */
export function kernelFunction<Args extends readonly Register[], Result extends Register | undefined>(
  name: string,
  body: (kernel: KernelCore, ...args: Args) => Result,
): KernelFunction<Args, Result> {
  modelled.add(name)
  return (kernel, ...args) => {
    const site = kernel.functions.site(name)
    const hooks = site && kernel.hooks.onFunction(site.symbol)
    kernel.clock.advance(200n)
    if (!hooks) return body(kernel, ...args)
    return callTraced(kernel, site, hooks, args.map(toRegister), () => body(kernel, ...args))
  }
}

function callTraced<Result extends Register | undefined>(
  kernel: KernelCore,
  site: FunctionSite,
  hooks: FunctionHooks,
  args: readonly bigint[],
  body: () => Result,
): Result {
  const facts = { functionAddress: site.address }
  const shared = hooks.fentry.length + hooks.fexit.length > 0
  // The lists as they are at entry: what attaches while the function runs takes part from its next call.
  const [kprobes, fentries, fexits, kretprobes] = [
    hooks.kprobe,
    hooks.fentry,
    hooks.fexit,
    hooks.kretprobe,
  ].map(list => [...list]) as [
    FunctionHooks["kprobe"],
    FunctionHooks["fentry"],
    FunctionHooks["fexit"],
    FunctionHooks["kretprobe"],
  ]
  for (const probe of kprobes) {
    const regs = functionRegisters(kernel, probeAddress(kernel, site, probe.offset), args)
    kernel.run(probe, regs.address, { ...facts, traceFlags: TRACE_FLAGS.kprobe(shared) })
    regs.free()
  }
  const trampoline = { ...facts, traceFlags: TRACE_FLAGS.trampoline() }
  runWithArguments(kernel, fentries, args, { ...trampoline, traced: { args, returned: undefined } })
  const task = kernel.current
  const result = body()
  // A task that has exited returns to nobody.
  if (task.exited) return result
  const returned = returnRegister(site, result)
  runWithArguments(kernel, fexits, [...args, returned], { ...trampoline, traced: { args, returned } })
  for (const probe of kretprobes) {
    const regs = functionRegisters(kernel, site.address, [])
    regs.set("ax", returned)
    kernel.run(probe, regs.address, { ...facts, traceFlags: TRACE_FLAGS.kretprobe() })
    regs.free()
  }
  return result
}

/** Bytes of the int3 that kprobes pretend to be, even where ftrace calls them. */
const BREAKPOINT = 1n
/** Bytes of endbr64, which functions begin with that may be called through pointers. */
export const ENTRY_MARKER = 4

/**
 * What the instruction pointer shows in a kprobe: behind the breakpoint. A probe on a function's start is moved
 * behind its entry marker; on kernels built with CONFIG_X86_KERNEL_IBT global functions have one.
 */
function probeAddress(kernel: KernelCore, site: FunctionSite, offset: number): bigint {
  const marked = site.global && kernel.profile.config("CONFIG_X86_KERNEL_IBT") === "y"
  const moved = offset === 0 && marked ? ENTRY_MARKER : offset
  return site.address + BigInt(moved) + BREAKPOINT
}

/** Runs programs whose context is an array of 64-bit arguments (fentry, fexit, raw tracepoints). */
export function runWithArguments(
  kernel: KernelCore,
  attachments: FunctionHooks["fentry"],
  args: readonly bigint[],
  facts: HookFacts,
): void {
  if (attachments.length === 0) return
  const context = kernel.memory.alloc(Math.max(args.length, 1) * 8)
  for (const attachment of attachments) {
    args.forEach((value, index) => {
      kernel.memory.view.setBigUint64(context + index * 8, BigInt.asUintN(64, value), true)
    })
    kernel.run(attachment, context, facts)
  }
  kernel.memory.free(context)
}

export function toRegister(value: Register): bigint {
  return BigInt.asUintN(64, BigInt(value instanceof KernelObject ? value.address : value))
}

function returnRegister(site: FunctionSite, result: Register | undefined): bigint {
  if (result === undefined || site.returns === "void") return 0n
  const value = toRegister(result)
  return site.returns === "int" ? value & 0xffff_ffffn : value
}
