import type { HookFacts, KernelCore } from "../core.ts"
import { enterProbes } from "./function-probes.ts"
import type { FunctionSite } from "./function-sites.ts"
import type { FunctionHooks } from "./hooks.ts"
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
 * Writes a kernel function once. Calling it fires, in the kernel's order, its kprobes, fentry programs, fmod_ret
 * programs, the body if none of these answered for it, fexit programs and kretprobes. Where this kernel build has no such symbol (inlined away) only the body runs. What
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
    if (!site) {
      kernel.clock.advance(200n)
      return body(kernel, ...args)
    }
    const { calls } = kernel
    calls.push(site.address)
    try {
      kernel.clock.advance(200n)
      const hooks = kernel.hooks.onFunction(site.symbol)
      if (!hooks) return body(kernel, ...args)
      const registers = argumentRegisters(site, args)
      return callTraced(kernel, site, hooks, registers, atEntry, () => body(kernel, ...args))
    } finally {
      calls.pop()
    }
  }
}

/** What is attached runs as if the kernel called the function, which gives `result` without a body. */
export function callHooked(
  kernel: KernelCore,
  site: FunctionSite,
  args: readonly Register[],
  result: bigint | number,
): bigint {
  const registers = argumentRegisters(site, args)
  kernel.calls.push(site.address)
  try {
    kernel.clock.advance(200n)
    const hooks = kernel.hooks.onFunction(site.symbol)
    const answer = hooks ? callTraced(kernel, site, hooks, registers, {}, () => result) : result
    return returnRegister(site, answer)
  } finally {
    kernel.calls.pop()
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
  // Linux puts new ones in front; as they are at entry: what is attached meanwhile waits.
  const [fentry, modifyReturn, fexit] = [
    hooks.fentry.toReversed(),
    hooks.modifyReturn.toReversed(),
    hooks.fexit.toReversed(),
  ]
  const shared = fentry.length + modifyReturn.length + fexit.length > 0
  const leaveProbes = enterProbes(kernel, site, hooks, { args, shared, atEntry })
  runWithArguments(kernel, fentry, args, {
    ...facts,
    traceFlags: TRACE_FLAGS.trampoline(atEntry),
    traced: { args, returned: undefined },
  })
  const task = kernel.current
  const modified = runModifiers(kernel, modifyReturn, args, facts, atEntry)
  const result = modified === 0n ? body() : asResult<Result>(site, modified)
  // A task that has exited returns to nobody.
  if (task.exited) {
    leaveProbes(undefined)
    return result
  }
  const returned = returnRegister(site, result)
  runWithArguments(kernel, fexit, [...args, returned], {
    ...facts,
    traceFlags: TRACE_FLAGS.trampoline(),
    traced: { args, returned },
  })
  leaveProbes(returned)
  return result
}

/** The first answer that is not zero; programs after it do not run. They see the answer so far behind the arguments: 0. */
function runModifiers(
  kernel: KernelCore,
  attachments: FunctionHooks["modifyReturn"],
  args: readonly bigint[],
  facts: Pick<HookFacts, "functionAddress">,
  atEntry: Surroundings,
): bigint {
  for (const attachment of attachments) {
    const answer = runWithArguments(kernel, [attachment], [...args, 0n], {
      ...facts,
      traceFlags: TRACE_FLAGS.trampoline(atEntry),
      traced: { args, returned: 0n },
    })
    if (answer !== 0n) return answer
  }
  return 0n
}

/** What the caller makes of a register that a program wrote. Only functions that return numbers can be answered for. */
function asResult<Result extends Register | undefined>({ returns }: FunctionSite, value: bigint): Result {
  return Number(BigInt.asIntN(returns === "long" ? 64 : 32, value)) as Result
}

/** Runs programs whose context is an array of 64-bit arguments (fentry, fexit, raw tracepoints). Gives the last one's answer. */
export function runWithArguments(
  kernel: KernelCore,
  attachments: FunctionHooks["fentry"],
  args: readonly bigint[],
  facts: HookFacts,
): bigint {
  if (attachments.length === 0) return 0n
  const context = kernel.memory.alloc(Math.max(args.length, 1) * 8)
  let answer = 0n
  for (const attachment of attachments) {
    args.forEach((value, index) => {
      kernel.memory.view.setBigUint64(context + index * 8, BigInt.asUintN(64, value), true)
    })
    answer = kernel.run(attachment, context, facts)
  }
  kernel.memory.free(context)
  return answer
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
