/** Explains refusals in words, one family of rules a file: what was known, what the rule needs, what helps. */
export { explain } from "./explain.ts"
export type { ChainStep, Explanation, SourceLine } from "./explanation.ts"
export { sourceAt } from "./source.ts"
