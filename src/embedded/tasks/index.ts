/** Tasks of the embedded kernel: fork, exec, exit, wait. May import base, memory, files and tracing. */
export * from "./exec.ts"
export * from "./exit.ts"
export * from "./fork.ts"
export * from "./ids.ts"
export * from "./signal-numbers.ts"
export * from "./signals.ts"
export * from "./task.ts"
export * from "./wait.ts"
