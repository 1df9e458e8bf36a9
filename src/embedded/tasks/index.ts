/** Tasks of the embedded kernel: fork, exec, exit. May import base, memory, files and tracing. */
export * from "./exec.ts"
export * from "./exit.ts"
export * from "./fork.ts"
export * from "./task.ts"
