import type { FunctionImport, FunctionType, GlobalImport } from "./encode/module.ts"
import type { ValueType } from "./encode/opcodes.ts"

/**
 * How compiled programs and the engine meet. A BPF function takes r1 … r5, the lowest address of its stack frame, and how
 * many frames are in use, itself included; it gives r0. Arguments and results of calls that leave the program
 * travel through a mailbox in memory: r0 … r5, 8 bytes each.
 */
export const BPF_FUNCTION: FunctionType = {
  parameters: ["i64", "i64", "i64", "i64", "i64", "i32", "i32"],
  results: ["i64"],
}

/** Numbers of locals: parameters first. */
export const LOCAL = {
  frame: 5,
  depth: 6,
  /** The address of the access at hand. */
  address: 12,
  fuel: 13,
  value: 14,
  /** Of loads and stores of 1, 2, 4 and 8 bytes: the last address that is good. */
  limits: 15,
  scratch: 23,
  loopsLeft: 24,
  /** Of a dispatch loop: the block to go to. */
  next: 25,
} as const

const R0 = 7
/** r0 … r9; r10 is no local: it is 512 above the frame. */
export const REGISTERS = [R0, 0, 1, 2, 3, 4, 8, 9, 10, 11] as const

/** r0 and r6 … r9 and the locals above. */
export const LOCAL_TYPES: readonly ValueType[] = [
  ...Array<ValueType>(LOCAL.scratch - R0).fill("i64"),
  ...Array<ValueType>(LOCAL.next + 1 - LOCAL.scratch).fill("i32"),
]

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
  frames: 0x50,
  stack: 0x60,
  left: 0x70,
  invalid: 0x80,
} as const

/** Functions that a module imports, in order. */
export const FUNCTION_IMPORTS: readonly FunctionImport[] = [
  { name: "call", type: { parameters: ["i32", "i32", "i32", "i32"], results: ["i32"] } },
  { name: "callKfunc", type: { parameters: ["i32", "i32", "i32", "i32", "i32"], results: ["i32"] } },
  { name: "loadPacket", type: { parameters: ["i64", "i32", "i32", "i32"], results: ["i64"] } },
  { name: "callee", type: { parameters: ["i64", "i32", "i32"], results: ["i32"] } },
]
export const IMPORT = { call: 0, callKfunc: 1, loadPacket: 2, callee: 3 } as const

export const GLOBAL_IMPORTS: readonly GlobalImport[] = [
  { name: "mailbox", type: "i32", mutable: false },
  { name: "stackBase", type: "i32", mutable: false },
  { name: "loopBudget", type: "i32", mutable: true },
]
/** Globals of a module itself: imported ones that change are slower. */
export const OWN_GLOBALS: readonly string[] = ["fuel", "fault", "faultAddress"]
export const GLOBAL = { mailbox: 0, stackBase: 1, loopBudget: 2, fuel: 3, fault: 4, faultAddress: 5 } as const
