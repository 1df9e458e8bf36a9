/** Programs of user space that people probe: their functions run as their owner describes them. May import base, kernel, files, memory, tasks and tracing. */
export * from "./call-function.ts"
export * from "./installed-program.ts"
export * from "./require-user-programs.ts"
export * from "./user-hooks.ts"
