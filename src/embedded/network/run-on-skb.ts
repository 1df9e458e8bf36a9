import type { HookFacts } from "../core.ts"

/** Programs on packets run in softirqs, with bottom halves off. */
export const skbFacts: HookFacts = { traceFlags: "..s21" }
