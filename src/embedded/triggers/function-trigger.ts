import { SkepError, UsageError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { callHooked } from "../tracing/kernel-function.ts"

/** A kernel function, called by hand with arguments and a result of the caller's choice. */
export interface FunctionTrigger {
  /** Its name in kallsyms. */
  readonly symbol: string
  /** Bytes of each parameter; undefined where the kernel's types do not tell. */
  readonly parameters: readonly number[] | undefined
  /**
   * Runs what is attached, in the kernel's order: kprobes and fentry programs with the arguments, fmod_ret programs, then fexit
   * programs and kretprobes with the result. The function's own body does not run: `returns` (0 unless told) is what it gives.
   * Answers with what its caller would see. Throws UsageError for a wrong number of arguments.
   */
  call(args: readonly (number | bigint)[], returns?: number | bigint): bigint
}

/** Throws SkepError (ENOENT) where this kernel has no such function. */
export function functionTrigger(kernel: KernelCore, name: string): FunctionTrigger {
  const site = kernel.functions.site(name)
  if (!site) {
    const near = kernel.profile.nearestFunctions(name)
    throw new SkepError(`this kernel has no function '${name}': inlined, or of another release`, {
      errno: "ENOENT",
      hint: near.length > 0 ? `near to it: ${near.join(", ")}` : "kallsyms lists the functions",
    })
  }
  const { symbol, parameters } = site
  return {
    symbol,
    parameters,
    call(args, returns = 0) {
      if (parameters && parameters.length !== args.length)
        throw new UsageError(`${symbol} has ${parameters.length} arguments, and ${args.length} are given`)
      return callHooked(kernel, site, args, returns)
    },
  }
}
