import type { HookFacts, KernelCore } from "../core.ts"
import { KernelObject } from "../memory/index.ts"
import type { FunctionSite } from "./function-sites.ts"
import type { FunctionHooks } from "./hooks.ts"
import { functionRegisters } from "./pt-regs.ts"

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
  const facts = { traceFlags: "...21", functionAddress: site.address }
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
    const regs = functionRegisters(kernel, site.address + BigInt(probe.offset), args)
    kernel.run(probe, regs.address, facts)
    regs.free()
  }
  const count = args.length
  runWithArguments(kernel, fentries, args, { ...facts, traced: { args, returned: undefined } })
  const task = kernel.current
  const result = body()
  // A task that has exited returns to nobody.
  if (task.exited) return result
  const returned = returnRegister(site, result)
  runWithArguments(kernel, fexits, [...args, returned], {
    ...facts,
    traced: { args: args.slice(0, count), returned },
  })
  for (const probe of kretprobes) {
    const regs = functionRegisters(kernel, site.address, [])
    regs.set("ax", returned)
    kernel.run(probe, regs.address, facts)
    regs.free()
  }
  return result
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
