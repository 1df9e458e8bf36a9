import type { HookFacts, KernelCore } from "../core.ts"
import type { Attachment } from "../tracing/hooks.ts"

/** Programs on packets run in softirqs, with bottom halves off. */
export const skbFacts: HookFacts = { traceFlags: "..s21" }

/** Runs a program on the packet whose context stands at an address; what it answers is an int. */
export function runOnSkb(kernel: KernelCore, contextAddress: number, attachment: Attachment): number {
  return Number(BigInt.asIntN(32, kernel.run(attachment, contextAddress, skbFacts)))
}
