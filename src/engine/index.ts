/** Runs BPF programs on a machine: a compiler to WebAssembly, and the interpreter that it is tested against. May import base, isa and catalog. */
export * from "./instruction-fault.ts"
export { type InterpretOptions, interpret } from "./interpret.ts"
export * from "./machine.ts"
export type * from "./native-calls.ts"
export { StackArena } from "./stack-arena.ts"
export { compileInstructions } from "./wasm/compile.ts"
export { dumpModule } from "./wasm/dump.ts"
export { type ExecuteOptions, execute } from "./wasm/execute.ts"
