/** What differs between the machines that kernels run on: one object each. May import base and catalog. */
export { type Architecture, PLAIN_CALL_PREFIX, type Registers, systemCallNumber } from "./architecture.ts"
export { architectureOf } from "./architectures.ts"
export type { SystemCallName } from "./x86-64.ts"
