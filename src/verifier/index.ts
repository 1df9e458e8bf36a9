/**
 * The verifier: what a given kernel release says to a program, without a kernel. `domain` knows numbers, `state`
 * what is known at one point of one path, `walk` goes along the paths, `rules` say what each instruction and call
 * needs, one family a file, `log` writes it all down in the
 * kernel's words, and `explain` says of a refusal in ours. May import base, btf, isa, catalog
 * and object; runs in a browser.
 */
export { type ChainStep, type Explanation, type SourceLine, sourceAt } from "./explain/index.ts"
export * from "./facts/from-object.ts"
export { mapsMadeBy, missingForMap } from "./facts/map-makers.ts"
export * from "./program.ts"
export * from "./result.ts"
export type { Rule } from "./rule.ts"
export { verifyProgram } from "./verify.ts"
export { tracedFunction } from "./walk/target-program.ts"
