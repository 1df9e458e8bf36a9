/** Test runs (BPF_PROG_TEST_RUN), a file for each family of program types. May import base, catalog, isa, engine types, kernel, memory, packets and tracing. */

export type { BatchHost, RunBatch } from "./chunk-run.ts"
export type { RunHost } from "./run-kind.ts"
export { runTests } from "./run-tests.ts"
