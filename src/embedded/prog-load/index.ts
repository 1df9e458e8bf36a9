/** BPF_PROG_LOAD of the embedded kernel: the checks, the verifier, the log. */
export type { LogRequest } from "./log-buffer.ts"
export * from "./prog-load.ts"
