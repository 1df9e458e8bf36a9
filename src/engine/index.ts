/** Runs BPF programs on a machine: the interpreter. May import base, isa and catalog. */
export * from "./instruction-fault.ts"
export { type InterpretOptions, interpret } from "./interpret.ts"
export * from "./machine.ts"
export { StackArena } from "./stack-arena.ts"
