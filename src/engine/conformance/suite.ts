import type { Slot } from "./reference.ts"

/** Programs keep what shall be looked at in the window, whose address they get in r5. */
export interface SuiteProgram {
  readonly name: string
  readonly code: readonly Slot[]
  readonly runs: readonly SuiteRun[]
}

export interface SuiteRun {
  /** r1 … r4. */
  readonly args: readonly bigint[]
  /** 64-bit words that the window starts with; the others have a pattern. */
  readonly words?: readonly bigint[]
  readonly cases: readonly SuiteCase[]
}

/** One expectation: words of the window after the run, `count` from `first` on. */
export interface SuiteCase {
  readonly name: string
  readonly first: number
  readonly count?: number
}

export const WINDOW_WORDS = 512
/** r10 of the first function. */
export const FRAME_POINTER = 0x2_4000n
/** The window's address: aligned, and in the middle of memory so that negative offsets reach it. */
export const WINDOW = 0x1_8000

/** The packet that legacy loads see. */
export const PACKET = Uint8Array.from({ length: 20 }, (_, index) => (index * 0x3b + 0x81) & 0xff)

export const LOOP_BUDGET = 5

/** What every helper of the suite gives: a number in which each argument, and its place, shows. */
export function helperResult(id: bigint, args: readonly bigint[]): bigint {
  return args.reduce((sum, value) => sum * 0x1_0000_0001_0003n + value, id) % 2n ** 64n
}

/** What the words of the window hold before a run that does not say. */
export const PATTERN = BigUint64Array.from(
  { length: WINDOW_WORDS },
  (_, index) => 0xa5a5_0000_5a5a_0000n + BigInt(index) * 0x1_0000_0001n,
)

/** Opcode classes (RFC 9669, section 3.1). */
export const LD = 0
export const LDX = 1
export const ST = 2
export const STX = 3
export const ALU = 4
export const JMP = 5
export const JMP32 = 6
export const ALU64 = 7

export function slot(opcode: number, fields: Partial<Slot> = {}): Slot {
  return { opcode, dst: 0, src: 0, off: 0, imm: 0, ...fields }
}

/** An arithmetic or jump instruction with a register as second operand: `code` in the high half of the opcode, X. */
export function withRegister(kind: number, code: number, dst: number, src: number, off = 0): Slot {
  return slot(code * 16 + 0x08 + kind, { dst, src, off })
}

/** The same with a constant: K. */
export function withImmediate(kind: number, code: number, dst: number, imm: number, off = 0): Slot {
  return slot(code * 16 + kind, { dst, imm, off })
}

const MOV = 0xb

export function move(dst: number, src: number): Slot {
  return withRegister(ALU64, MOV, dst, src)
}

export function set(dst: number, imm: number): Slot {
  return withImmediate(ALU64, MOV, dst, imm)
}

export function wideConstant(dst: number, value: bigint): Slot[] {
  const half = (bits: bigint) => Number(BigInt.asIntN(32, bits))
  return [slot(0x18, { dst, imm: half(value) }), slot(0, { imm: half(value >> 32n) })]
}

/** `*(u64 *)(r5 + 8 * word) = register` */
export function keep(word: number, register: number): Slot {
  return slot(0x7b, { dst: 5, src: register, off: word * 8 })
}

export const EXIT = slot(0x95)

/** The code, then `r0 = 0; exit`. */
export function ending(...code: readonly (Slot | readonly Slot[])[]): Slot[] {
  return [...code.flat(), set(0, 0), EXIT]
}
