/**
 * What a program finds in register r1 at entry: layouts, rules for each program type, and the check that
 * reads them.
 */
export { contextAccess } from "./access.ts"
export * from "./fields.ts"
export * from "./iterators.ts"
export * from "./layout.ts"
export * from "./question.ts"
export * from "./rules.ts"
export * from "./signature.ts"
export * from "./tracepoint-arguments.ts"
