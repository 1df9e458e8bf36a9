import type { HookFacts, KernelCore } from "../core.ts"
import type { FunctionSite } from "./function-sites.ts"
import type { FunctionHooks } from "./hooks.ts"
import { functionRegisters } from "./pt-regs.ts"
import { type Surroundings, TRACE_FLAGS } from "./trace-flags.ts"

/** What a function takes and gives in a register; an object stands for its address, which is asked for when a probe is there. */
export type Register = bigint | number | { readonly address: number }

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
 * fexit programs and kretprobes. Where this kernel build has no such symbol (inlined away) only the body runs. What
 * is attached sees as many arguments as the function has on this release; the body may take more. `atEntry`: what
 * holds when the function is entered and no more when it returns.
 */
export function kernelFunction<Args extends readonly Register[], Result extends Register | undefined>(
  name: string,
  body: (kernel: KernelCore, ...args: Args) => Result,
  atEntry: Surroundings = {},
): KernelFunction<Args, Result> {
  modelled.add(name)
  return (kernel, ...args) => {
    const site = kernel.functions.site(name)
    const hooks = site && kernel.hooks.onFunction(site.symbol)
    kernel.clock.advance(200n)
    if (!hooks) return body(kernel, ...args)
    const registers = argumentRegisters(site, args)
    return callTraced(kernel, site, hooks, registers, atEntry, () => body(kernel, ...args))
  }
}

/** The hooks of one function in the order in which they run. */
function inOrder({ kprobe, fentry, fexit, kretprobe }: FunctionHooks): FunctionHooks {
  // Linux puts new ones in front, kretprobes alone behind; as they are at entry: what is attached meanwhile waits.
  return {
    kprobe: kprobe.toReversed(),
    fentry: fentry.toReversed(),
    fexit: fexit.toReversed(),
    kretprobe: [...kretprobe],
  }
}

function callTraced<Result extends Register | undefined>(
  kernel: KernelCore,
  site: FunctionSite,
  hooks: FunctionHooks,
  args: readonly bigint[],
  atEntry: Surroundings,
  body: () => Result,
): Result {
  const facts = { functionAddress: site.address }
  const { kprobe, fentry, fexit, kretprobe } = inOrder(hooks)
  const shared = fentry.length + fexit.length > 0
  for (const probe of kprobe) {
    const regs = functionRegisters(kernel, probeAddress(kernel, site, probe.offset), args)
    kernel.run(probe, regs.address, { ...facts, traceFlags: TRACE_FLAGS.kprobe(shared, atEntry) })
    regs.free()
  }
  runWithArguments(kernel, fentry, args, {
    ...facts,
    traceFlags: TRACE_FLAGS.trampoline(atEntry),
    traced: { args, returned: undefined },
  })
  const task = kernel.current
  const result = body()
  // A task that has exited returns to nobody.
  if (task.exited) return result
  const returned = returnRegister(site, result)
  runWithArguments(kernel, fexit, [...args, returned], {
    ...facts,
    traceFlags: TRACE_FLAGS.trampoline(),
    traced: { args, returned },
  })
  for (const probe of kretprobe) {
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
/** Bytes of the no-op that ftrace turns into a call, behind the entry marker. */
export const FTRACE_NOP = 5

/** On kernels built with CONFIG_X86_KERNEL_IBT global functions have an entry marker. */
export function hasEntryMarker(kernel: KernelCore, { global }: FunctionSite): boolean {
  return global && kernel.profile.config("CONFIG_X86_KERNEL_IBT") === "y"
}

/** What the instruction pointer shows in a kprobe: behind the breakpoint, which is moved behind the entry marker. */
function probeAddress(kernel: KernelCore, site: FunctionSite, offset: number): bigint {
  const moved = offset === 0 && hasEntryMarker(kernel, site) ? ENTRY_MARKER : offset
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
  return BigInt.asUintN(64, BigInt(typeof value === "object" ? value.address : value))
}

/** Arguments by the function's BTF: 32-bit ones leave the upper half of their register zero. */
function argumentRegisters({ parameters }: FunctionSite, args: readonly Register[]): bigint[] {
  const count = parameters?.length ?? args.length
  return args.slice(0, count).map((value, index) => {
    const isNarrow = parameters ? (parameters[index] ?? 8) <= 4 : typeof value === "number"
    return BigInt.asUintN(isNarrow ? 32 : 64, toRegister(value))
  })
}

function returnRegister(site: FunctionSite, result: Register | undefined): bigint {
  if (result === undefined || site.returns === "void") return 0n
  const value = toRegister(result)
  return site.returns === "int" ? value & 0xffff_ffffn : value
}
