import { FRAME_POINTER } from "../../isa/index.ts"
import type { FunctionImport, FunctionType, GlobalImport } from "./encode/module.ts"
import type { ValueType } from "./encode/opcodes.ts"

/**
 * How compiled programs and the engine meet. A BPF function takes r1 … r5 and the lowest address of its stack frame; it gives
 * r0. Frames lie below each other, so the address also says how many are in use. Arguments and results of calls that leave the program
 * travel through a mailbox in memory: r0 … r5, 8 bytes each.
 */
export const BPF_FUNCTION: FunctionType = {
  parameters: ["i64", "i64", "i64", "i64", "i64", "i32"],
  results: ["i64"],
}

/** Numbers of locals: parameters first. */
export const LOCAL = {
  frame: 5,
  /** The address of the access at hand. */
  address: 11,
  fuel: 12,
  value: 13,
  scratch: 14,
  loopsLeft: 15,
  /** Of a dispatch loop: the block to go to. */
  next: 16,
} as const

const R0 = 6
/** r0 … r9. */
const REGISTERS = [R0, 0, 1, 2, 3, 4, 7, 8, 9, 10] as const

/**
 * The local of a register. r10 and numbers below 0 have none: they are addresses in frames. From 11 on come registers that
 * no program names.
 */
export function localOf(register: number): number {
  return REGISTERS[register] ?? LOCAL.next + register - FRAME_POINTER
}

/** r0 and r6 … r9, the locals above, and registers from 11 up to the last one. */
export function localTypes(lastRegister = FRAME_POINTER): ValueType[] {
  return [
    ...Array<ValueType>(LOCAL.scratch - R0).fill("i64"),
    ...Array<ValueType>(LOCAL.next + 1 - LOCAL.scratch).fill("i32"),
    ...Array<ValueType>(Math.max(lastRegister - FRAME_POINTER, 0)).fill("i64"),
  ]
}

/** Runs a program many times: the first context, the step to the next one, how often, where results go, the frame; r0's low half. */
export const EACH_FUNCTION: FunctionType = {
  parameters: ["i32", "i32", "i32", "i32", "i32"],
  results: ["i32"],
}
export const EACH_NAME = "each"
/** Bytes from one result to the next. */
export const RESULT_BYTES = 8

/** Mailbox: r0 … r5. */
export const MAILBOX_BYTES = 48

/** What a call out of the program says: r0 is in the mailbox; the function ends with it; nothing happened to r0. */
export const STATUS = { result: 0, end: 1, unchanged: 2 } as const

/** Why a program is stopped; the low four bits have the size of an access. */
export const FAULT = {
  load: 0x10,
  store: 0x20,
  atomic: 0x30,
  fuel: 0x40,
  frame: 0x50,
  left: 0x70,
  invalid: 0x80,
} as const

/** Functions that a module imports, in order. */
export const FUNCTION_IMPORTS: readonly FunctionImport[] = [
  { name: "call", type: { parameters: ["i32", "i32", "i32"], results: ["i32"] } },
  { name: "callKfunc", type: { parameters: ["i32", "i32", "i32", "i32"], results: ["i32"] } },
  { name: "loadPacket", type: { parameters: ["i64", "i32", "i32", "i32"], results: ["i64"] } },
  { name: "callee", type: { parameters: ["i64", "i32", "i32"], results: ["i32"] } },
]
export const IMPORT = { call: 0, callKfunc: 1, loadPacket: 2, callee: 3 } as const

export const GLOBAL_IMPORTS: readonly GlobalImport[] = [
  { name: "mailbox", type: "i32", mutable: false },
  { name: "loopBudget", type: "i32", mutable: true },
]
/** Globals of a module itself: imported ones that change are slower. */
export const OWN_GLOBALS = [
  { name: "fuel", type: "i64" },
  { name: "fault", type: "i64" },
  { name: "faultAddress", type: "i64" },
  /** The lowest frame that the run may use. */
  { name: "frameLimit", type: "i32" },
  /** What each run of many starts with, and how many there were. */
  { name: "budget", type: "i64" },
  { name: "runs", type: "i32" },
] as const
export const GLOBAL = {
  mailbox: 0,
  loopBudget: 1,
  fuel: 2,
  fault: 3,
  faultAddress: 4,
  frameLimit: 5,
  budget: 6,
  runs: 7,
} as const
