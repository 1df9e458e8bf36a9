/** Calls of bpf(2): what each command takes, and how logs show them. May import base and catalog. */
export * as BPF_ATTRIBUTES from "./attributes.ts"
export type { BpfCall, BpfCommand } from "./call.ts"
export { formatCall } from "./format-call.ts"
export { type FieldType, fieldWidth, type Structure, usedSize, type Values } from "./structure.ts"
