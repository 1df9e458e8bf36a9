export * from "./expand.ts"
export { parse } from "./parse.ts"
export { refuseSyntax } from "./refuse.ts"
export type * from "./tree.ts"
