/**
 * One 8-byte slot of a program, fields as RFC 9669 section 3 names them. A program is an array of slots, so
 * indexes and jump offsets are the kernel's own: a 64-bit immediate load (`lddw`) takes two slots, the second
 * with opcode 0 and the upper half of the immediate in `imm`.
 */
export interface Instruction {
  /** 0 … 255: class in the low three bits. */
  readonly opcode: number
  /** 0 … 15; registers above r10 are decodable but refused by kernels. */
  readonly dst: number
  /** 0 … 15: a register, or the meaning of a pseudo `lddw` or call. */
  readonly src: number
  /** Signed 16 bits. */
  readonly off: number
  /** Signed 32 bits. */
  readonly imm: number
}
