/** The fields of an opcode byte and their values (RFC 9669 sections 3 to 5), with the kernel's symbols for operators. */

/** Low three bits of every opcode. */
export const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const

/** Bit 3 of arithmetic and jump opcodes: the second operand is `imm` (K) or a register (X). */
export const SOURCE = { K: 0x00, X: 0x08 } as const

/** Bits 3 and 4 of load and store opcodes. */
export const SIZE = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const

/** Bits 5 to 7 of load and store opcodes. */
export const MODE = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const

/** Bits 4 to 7 of arithmetic opcodes that are no plain two-operand operator. */
export const ALU = { DIV: 0x30, NEG: 0x80, MOD: 0x90, MOV: 0xb0, END: 0xd0 } as const

/** Bits 4 to 7 of jump opcodes that are no comparison. */
export const JUMP = { JA: 0x00, CALL: 0x80, EXIT: 0x90, JCOND: 0xe0 } as const

/** `src` of a 64-bit immediate load: what its `imm` stands for (RFC 9669 section 5.4). */
export const PSEUDO_LOAD = {
  IMMEDIATE: 0,
  MAP_FD: 1,
  MAP_VALUE: 2,
  BTF_ID: 3,
  FUNC: 4,
  MAP_IDX: 5,
  MAP_IDX_VALUE: 6,
} as const

/** `src` of a call: what its `imm` stands for. */
export const PSEUDO_CALL = { HELPER: 0, SUBPROGRAM: 1, KFUNC: 2 } as const

/** `imm` of atomic instructions; FETCH is added to the first four. */
export const ATOMIC = {
  FETCH: 0x01,
  XCHG: 0xe1,
  CMPXCHG: 0xf1,
  /** Linux 6.15. */
  LOAD_ACQUIRE: 0x100,
  /** Linux 6.15. */
  STORE_RELEASE: 0x110,
} as const

/** `off` of a register move that converts between arena address spaces (Linux 6.9). */
export const ADDR_SPACE_CAST_OFFSET = 1

/** `off` of a register move that makes a per-CPU address; kernels make it themselves and refuse it from users. */
export const PERCPU_ADDRESS_OFFSET = -1

/** Opcode of a 64-bit immediate load, the only instruction of two slots. */
export const LOAD64_OPCODE = CLASS.LD | MODE.IMM | SIZE.DW

/** How many registers programs have: r0 … r10. */
export const REGISTER_COUNT = 11

/** The read-only frame pointer. */
export const FRAME_POINTER = 10

interface Operator {
  readonly name: string
  readonly code: number
  readonly symbol: string
}

/** Two-operand arithmetic. The signed forms share their code with the unsigned ones and set `off` to 1. */
export const ALU_OPERATORS = [
  { name: "add", code: 0x00, off: 0, symbol: "+=" },
  { name: "sub", code: 0x10, off: 0, symbol: "-=" },
  { name: "mul", code: 0x20, off: 0, symbol: "*=" },
  { name: "div", code: 0x30, off: 0, symbol: "/=" },
  { name: "sdiv", code: 0x30, off: 1, symbol: "s/=" },
  { name: "or", code: 0x40, off: 0, symbol: "|=" },
  { name: "and", code: 0x50, off: 0, symbol: "&=" },
  { name: "lsh", code: 0x60, off: 0, symbol: "<<=" },
  { name: "rsh", code: 0x70, off: 0, symbol: ">>=" },
  { name: "mod", code: 0x90, off: 0, symbol: "%=" },
  { name: "smod", code: 0x90, off: 1, symbol: "s%=" },
  { name: "xor", code: 0xa0, off: 0, symbol: "^=" },
  { name: "arsh", code: 0xc0, off: 0, symbol: "s>>=" },
] as const satisfies readonly (Operator & { readonly off: 0 | 1 })[]
export type AluOperator = (typeof ALU_OPERATORS)[number]["name"]

export const COMPARISONS = [
  { name: "eq", code: 0x10, symbol: "==" },
  { name: "gt", code: 0x20, symbol: ">" },
  { name: "ge", code: 0x30, symbol: ">=" },
  { name: "set", code: 0x40, symbol: "&" },
  { name: "ne", code: 0x50, symbol: "!=" },
  { name: "sgt", code: 0x60, symbol: "s>" },
  { name: "sge", code: 0x70, symbol: "s>=" },
  { name: "lt", code: 0xa0, symbol: "<" },
  { name: "le", code: 0xb0, symbol: "<=" },
  { name: "slt", code: 0xc0, symbol: "s<" },
  { name: "sle", code: 0xd0, symbol: "s<=" },
] as const satisfies readonly Operator[]
export type Comparison = (typeof COMPARISONS)[number]["name"]

/** Read-modify-write operators that exist with and without FETCH. `xchg` and `cmpxchg` always fetch. */
export const ATOMIC_OPERATORS = [
  { name: "add", code: 0x00, symbol: "+=" },
  { name: "or", code: 0x40, symbol: "|=" },
  { name: "and", code: 0x50, symbol: "&=" },
  { name: "xor", code: 0xa0, symbol: "^=" },
] as const satisfies readonly Operator[]
export type AtomicOperator = (typeof ATOMIC_OPERATORS)[number]["name"] | "xchg" | "cmpxchg"

/** Bytes of one memory access. */
export type AccessSize = 1 | 2 | 4 | 8

const SIZE_BYTES: Readonly<Record<number, AccessSize>> = { 0: 4, 8: 2, 16: 1, 24: 8 }
const SIZE_BITS: Readonly<Record<AccessSize, number>> = { 1: SIZE.B, 2: SIZE.H, 4: SIZE.W, 8: SIZE.DW }

export function classOf(opcode: number): number {
  return opcode & 0x07
}

export function modeOf(opcode: number): number {
  return opcode & 0xe0
}

export function operatorOf(opcode: number): number {
  return opcode & 0xf0
}

export function takesRegister(opcode: number): boolean {
  return (opcode & 0x08) === SOURCE.X
}

/** Bytes that a load or store opcode moves. */
export function sizeOf(opcode: number): AccessSize {
  return SIZE_BYTES[opcode & 0x18]!
}

/** The size bits of an opcode that moves `size` bytes. */
export function sizeBits(size: AccessSize): number {
  return SIZE_BITS[size]
}
