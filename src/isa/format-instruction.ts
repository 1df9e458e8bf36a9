import { catalogHelperNames } from "./helper-names.ts"
import type { Instruction } from "./instruction.ts"
import {
  ADDR_SPACE_CAST_OFFSET,
  ALU,
  ALU_OPERATORS,
  ATOMIC,
  ATOMIC_OPERATORS,
  CLASS,
  COMPARISONS,
  classOf,
  JUMP,
  LOAD64_OPCODE,
  MODE,
  modeOf,
  operatorOf,
  PERCPU_ADDRESS_OFFSET,
  PSEUDO_CALL,
  PSEUDO_LOAD,
  sizeOf,
  takesRegister,
} from "./opcodes.ts"
import { joinImmediate } from "./operation-of.ts"

/** Names to put in place of numbers. Each may answer undefined, which leaves the default text. */
export interface InstructionNames {
  /** A helper's name by id; by default the catalogue's. Ids without a name print as `unknown`. */
  helper?(id: number): string | undefined
  /** The name of a called kernel function; by default `kernel-function`, or `kernel-function[n]` in module n. */
  kfunc?(at: number, call: Instruction): string | undefined
  /** The name of the subprogram at slot `target`, printed behind the distance: `call pc+5#name`. */
  subprogram?(at: number, target: number): string | undefined
  /** The whole right-hand side of a 64-bit load: `map[events]`, or an address as kernel logs have it. */
  load64?(at: number, load: Instruction, value: bigint): string | undefined
}

/**
 * One instruction as the verifier log of Linux 6.12 prints it, without the slot number: `(bf) r6 = r1`. The text
 * never fails: encodings without a meaning print as the kernel prints them (`BUG_ldx_41`, `(null)` operators).
 * Where the log would show a kernel address (map, variable and function loads), the default is what the object
 * says, in bpftool's words: `map[fd:4]`, `map[fd:4][0]+16`, `map[idx:0]`, `btf[id:5]`, `subprog[+3]`.
 * `instructions` is the whole program: a 64-bit load reads its second slot. Later kernels' forms are 6.15's
 * (`load_acquire`, `store_release`), and for `callx`, which no kernel prints, LLVM's.
 */
export function formatInstruction(
  instructions: readonly Instruction[],
  index: number,
  names: InstructionNames = {},
): string {
  const instruction = instructions[index]
  if (instruction === undefined) throw new Error(`BUG: no instruction ${index} among ${instructions.length}`)
  switch (classOf(instruction.opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64:
      return formatArithmetic(instruction)
    case CLASS.STX:
      return modeOf(instruction.opcode) === MODE.MEM ? formatStore(instruction) : formatAtomic(instruction)
    case CLASS.ST:
      return formatStore(instruction)
    case CLASS.LDX:
      return formatLoad(instruction)
    case CLASS.LD:
      return formatClassicLoad(instructions, instruction, index, names)
    default:
      return formatJump(instruction, index, names)
  }
}

/** What C's printf makes of a missing string: operators that do not exist print so. */
const MISSING = "(null)"

const JUMP_SYMBOLS = symbolTable([
  ...COMPARISONS,
  { code: JUMP.JA, symbol: "jmp" },
  { code: JUMP.CALL, symbol: "call" },
  { code: JUMP.EXIT, symbol: "exit" },
])
const ALU_SYMBOLS = symbolTable([
  ...ALU_OPERATORS.filter(row => row.off === 0),
  { code: ALU.MOV, symbol: "=" },
])
const SIGNED_SYMBOLS = symbolTable(ALU_OPERATORS.filter(row => row.off === 1))

function symbolTable(
  rows: readonly { readonly code: number; readonly symbol: string }[],
): ReadonlyMap<number, string> {
  return new Map(rows.map(row => [row.code, row.symbol]))
}

function hex2(opcode: number): string {
  return opcode.toString(16).padStart(2, "0")
}

/** With its sign, as distances and offsets are printed. */
function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`
}

function formatArithmetic({ opcode, dst, src, off, imm }: Instruction): string {
  const wide = classOf(opcode) === CLASS.ALU64
  const register = wide ? "r" : "w"
  const operator = operatorOf(opcode)
  const prefix = `(${hex2(opcode)})`
  if (operator === ALU.END) {
    const conversion = wide ? "bswap" : takesRegister(opcode) ? "be" : "le"
    return `${prefix} r${dst} = ${conversion}${imm} r${dst}`
  }
  if (operator === ALU.NEG) return `${prefix} ${register}${dst} = -${register}${dst}`
  if (wide && operator === ALU.MOV && takesRegister(opcode)) {
    if (off === ADDR_SPACE_CAST_OFFSET) {
      return `${prefix} r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`
    }
    if (off === PERCPU_ADDRESS_OFFSET) return `${prefix} r${dst} = &(void __percpu *)(r${src})`
  }
  const divides = operator === ALU.DIV || operator === ALU.MOD
  const symbols = divides && off === 1 ? SIGNED_SYMBOLS : ALU_SYMBOLS
  const symbol = symbols.get(operator) ?? MISSING
  if (!takesRegister(opcode)) return `${prefix} ${register}${dst} ${symbol} ${imm}`
  const extends_ = operator === ALU.MOV && (off === 8 || off === 16 || off === 32)
  return `${prefix} ${register}${dst} ${symbol} ${extends_ ? `(s${off})` : ""}${register}${src}`
}

function formatStore({ opcode, dst, src, off, imm }: Instruction): string {
  const immediate = classOf(opcode) === CLASS.ST
  if (modeOf(opcode) === MODE.MEM) {
    return `(${hex2(opcode)}) *(u${sizeOf(opcode) * 8} *)(r${dst} ${signed(off)}) = ${immediate ? imm : `r${src}`}`
  }
  if (modeOf(opcode) === MODE.ATOMIC) return `(${hex2(opcode)}) nospec`
  return `BUG_st_${hex2(opcode)}`
}

function formatAtomic({ opcode, dst, src, off, imm }: Instruction): string {
  const prefix = `(${hex2(opcode)})`
  const size = sizeOf(opcode)
  const memory = `(u${size * 8} *)(r${dst} ${signed(off)})`
  const atomic = size === 8 ? "atomic64" : "atomic"
  if (modeOf(opcode) !== MODE.ATOMIC) return `BUG_${hex2(opcode)}`
  switch (imm) {
    case ATOMIC.XCHG:
      return `${prefix} r${src} = ${atomic}_xchg(${memory}, r${src})`
    case ATOMIC.CMPXCHG:
      return `${prefix} r0 = ${atomic}_cmpxchg(${memory}, r0, r${src})`
    case ATOMIC.LOAD_ACQUIRE:
      return `${prefix} r${dst} = load_acquire((u${size * 8} *)(r${src} ${signed(off)}))`
    case ATOMIC.STORE_RELEASE:
      return `${prefix} store_release(${memory}, r${src})`
  }
  const operator = ATOMIC_OPERATORS.find(row => row.code === (imm & ~ATOMIC.FETCH))
  if (operator === undefined) return `BUG_${hex2(opcode)}`
  if ((imm & ATOMIC.FETCH) === 0) return `${prefix} lock *${memory} ${operator.symbol} r${src}`
  return `${prefix} r${src} = ${atomic}_fetch_${operator.name}(${memory}, r${src})`
}

function formatLoad({ opcode, dst, src, off }: Instruction): string {
  const mode = modeOf(opcode)
  const size = sizeOf(opcode)
  const signExtends = mode === MODE.MEMSX
  if ((mode !== MODE.MEM && !signExtends) || (signExtends && size === 8)) return `BUG_ldx_${hex2(opcode)}`
  return `(${hex2(opcode)}) r${dst} = *(${signExtends ? "s" : "u"}${size * 8} *)(r${src} ${signed(off)})`
}

function formatClassicLoad(
  instructions: readonly Instruction[],
  load: Instruction,
  index: number,
  names: InstructionNames,
): string {
  const { opcode, dst, src, imm } = load
  const prefix = `(${hex2(opcode)})`
  if (modeOf(opcode) === MODE.ABS) return `${prefix} r0 = *(u${sizeOf(opcode) * 8} *)skb[${imm}]`
  if (modeOf(opcode) === MODE.IND) return `${prefix} r0 = *(u${sizeOf(opcode) * 8} *)skb[r${src} + ${imm}]`
  const second = instructions[index + 1]
  if (opcode !== LOAD64_OPCODE || second === undefined) return `BUG_ld_${hex2(opcode)}`
  const value = joinImmediate(imm, second.imm)
  return `${prefix} r${dst} = ${names.load64?.(index, load, value) ?? load64Text(load, second, value)}`
}

function load64Text({ src, imm: low }: Instruction, { imm: high }: Instruction, value: bigint): string {
  switch (src) {
    case PSEUDO_LOAD.MAP_FD:
      return `map[fd:${low}]`
    case PSEUDO_LOAD.MAP_VALUE:
      return `map[fd:${low}][0]${signed(high)}`
    case PSEUDO_LOAD.BTF_ID:
      return high === 0 ? `btf[id:${low}]` : `btf[fd:${high}][id:${low}]`
    case PSEUDO_LOAD.FUNC:
      return `subprog[${signed(low)}]`
    case PSEUDO_LOAD.MAP_IDX:
      return `map[idx:${low}]`
    case PSEUDO_LOAD.MAP_IDX_VALUE:
      return `map[idx:${low}][0]${signed(high)}`
    default:
      return `0x${value.toString(16)}`
  }
}

function formatJump(instruction: Instruction, index: number, names: InstructionNames): string {
  const { opcode, dst, src, off, imm } = instruction
  const prefix = `(${hex2(opcode)})`
  const wide = classOf(opcode) === CLASS.JMP
  const operator = operatorOf(opcode)
  if (operator === JUMP.CALL) return `${prefix} ${callText(instruction, index, names)}`
  if (!takesRegister(opcode)) {
    if (operator === JUMP.JA) return `${prefix} ${wide ? `goto pc${signed(off)}` : `gotol pc${signed(imm)}`}`
    if (operator === JUMP.EXIT && wide) return `${prefix} exit`
    if (operator === JUMP.JCOND && wide && src === 0) return `${prefix} may_goto pc${signed(off)}`
  }
  const register = wide ? "r" : "w"
  const right = takesRegister(opcode) ? `${register}${src}` : `0x${(imm >>> 0).toString(16)}`
  const symbol = JUMP_SYMBOLS.get(operator) ?? MISSING
  return `${prefix} if ${register}${dst} ${symbol} ${right} goto pc${signed(off)}`
}

function callText(call: Instruction, index: number, names: InstructionNames): string {
  const { opcode, dst, src, off, imm } = call
  if (opcode === (CLASS.JMP | JUMP.CALL | 0x08) && src === 0 && off === 0 && imm === 0) return `callx r${dst}`
  switch (src) {
    case PSEUDO_CALL.HELPER:
      return `call ${names.helper?.(imm) ?? catalogHelperNames.name(imm) ?? "unknown"}#${imm}`
    case PSEUDO_CALL.SUBPROGRAM: {
      const name = names.subprogram?.(index, index + 1 + imm)
      return `call pc${signed(imm)}${name === undefined ? "" : `#${name}`}`
    }
    case PSEUDO_CALL.KFUNC: {
      const name = names.kfunc?.(index, call) ?? (off === 0 ? "kernel-function" : `kernel-function[${off}]`)
      return `call ${name}#${imm}`
    }
    default:
      return `call unknown#${imm}`
  }
}
