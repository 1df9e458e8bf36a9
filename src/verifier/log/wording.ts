import type { ReleaseRules } from "../release-rules.ts"

/** How earlier releases said what messages of 6.12 say; each with the rule that came with the new words. */
const REWORDED: readonly (readonly [rule: keyof ReleaseRules, now: RegExp, before: string])[] = [
  ["trust", /\b(trusted_|rcu_)(?=ptr_)/g, ""],
  ["trust", /\bringbuf_mem/g, "alloc_mem"],
  ["guardedStructures", /^'struct (\w+)' (?=access is allowed only)/, "$1 "],
]

export function worded(rules: ReleaseRules, message: string): string {
  let text = message
  for (const [rule, now, before] of REWORDED) if (!rules[rule]) text = text.replace(now, before)
  return text
}
