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
  PSEUDO_CALL,
  PSEUDO_LOAD,
  REGISTER_COUNT,
  sizeOf,
  takesRegister,
} from "./opcodes.ts"
import type { Load64Value, Operand, Operation } from "./operation.ts"

/**
 * What the instruction at `index` means. Encodings without a meaning become `invalid` with the reason that Linux
 * 6.12's verifier prints for them. Only the encoding is judged: rules about values (a constant shift of 64, a
 * division by constant zero, a write to r10, a jump out of the program) are the verifier's, and have defined
 * results in an engine.
 */
export function operationOf(instructions: readonly Instruction[], index: number): Operation {
  const instruction = instructions[index]
  if (instruction === undefined) throw new Error(`BUG: no instruction ${index} among ${instructions.length}`)
  switch (classOf(instruction.opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64:
      return arithmeticOf(instruction)
    case CLASS.JMP:
    case CLASS.JMP32:
      return jumpOf(instruction, index)
    case CLASS.LD:
      return instruction.opcode === LOAD64_OPCODE
        ? load64Of(instruction, instructions[index + 1], index)
        : packetLoadOf(instruction)
    case CLASS.LDX:
      return loadOf(instruction)
    case CLASS.ST:
      return storeImmediateOf(instruction)
    default:
      return modeOf(instruction.opcode) === MODE.ATOMIC ? atomicOf(instruction) : storeRegisterOf(instruction)
  }
}

function invalid(reason: string): Operation {
  return { kind: "invalid", reason }
}

function unknownOpcode({ opcode }: Instruction): Operation {
  return invalid(`unknown opcode ${opcode.toString(16).padStart(2, "0")}`)
}

/** Refuses registers above r10, in the order the kernel looks at them. */
function withRegisters(registers: readonly number[], operation: Operation): Operation {
  const wrong = registers.find(register => register >= REGISTER_COUNT)
  return wrong === undefined ? operation : invalid(`R${wrong} is invalid`)
}

function sourceOperand({ opcode, src, imm }: Instruction): Operand {
  return takesRegister(opcode) ? { kind: "register", register: src } : { kind: "immediate", value: imm }
}

/** Registers of a two-operand form: the source first when it is one. */
function operandRegisters({ opcode, dst, src }: Instruction): number[] {
  return takesRegister(opcode) ? [src, dst] : [dst]
}

function arithmeticOf(instruction: Instruction): Operation {
  const { opcode, dst, src, off, imm } = instruction
  const width = classOf(opcode) === CLASS.ALU64 ? 64 : 32
  switch (operatorOf(opcode)) {
    case ALU.NEG:
      if (takesRegister(opcode)) return unknownOpcode(instruction)
      if (src !== 0 || off !== 0 || imm !== 0) return invalid("BPF_NEG uses reserved fields")
      return withRegisters([dst], { kind: "negate", width, dst })
    case ALU.END:
      return byteOrderOf(instruction)
    case ALU.MOV:
      return moveOf(instruction, width)
  }
  const named = ALU_OPERATORS.filter(row => row.code === operatorOf(opcode))
  if (named.length === 0) return unknownOpcode(instruction)
  const operator = named.find(row => row.off === off)
  const reserved = takesRegister(opcode) ? imm !== 0 : src !== 0
  if (operator === undefined || reserved) return invalid("BPF_ALU uses reserved fields")
  return withRegisters(operandRegisters(instruction), {
    kind: "alu",
    operator: operator.name,
    width,
    dst,
    source: sourceOperand(instruction),
  })
}

function byteOrderOf(instruction: Instruction): Operation {
  const { opcode, dst, src, off, imm } = instruction
  const wide = classOf(opcode) === CLASS.ALU64
  if (wide && takesRegister(opcode)) return unknownOpcode(instruction)
  if (src !== 0 || off !== 0 || (imm !== 16 && imm !== 32 && imm !== 64)) {
    return invalid("BPF_END uses reserved fields")
  }
  const conversion = wide ? "bswap" : takesRegister(opcode) ? "be" : "le"
  return withRegisters([dst], { kind: "byteOrder", conversion, bits: imm, dst })
}

function moveOf(instruction: Instruction, width: 32 | 64): Operation {
  const { opcode, dst, src, off, imm } = instruction
  const move = (signExtendFrom: 8 | 16 | 32 | undefined) =>
    withRegisters(operandRegisters(instruction), {
      kind: "move",
      width,
      dst,
      source: sourceOperand(instruction),
      signExtendFrom,
    })
  if (!takesRegister(opcode))
    return src === 0 && off === 0 ? move(undefined) : invalid("BPF_MOV uses reserved fields")
  if (width === 64 && off === ADDR_SPACE_CAST_OFFSET) {
    if (imm !== 1 && imm !== 0x1_0000) {
      return invalid("addr_space_cast insn can only convert between address space 1 and 0")
    }
    return withRegisters([src, dst], {
      kind: "addressSpaceCast",
      dst,
      src,
      to: imm >>> 16,
      from: imm & 0xffff,
    })
  }
  if (imm !== 0) return invalid("BPF_MOV uses reserved fields")
  if (off === 0) return move(undefined)
  if (off === 8 || off === 16 || (off === 32 && width === 64)) return move(off)
  return invalid("BPF_MOV uses reserved fields")
}

function jumpOf(instruction: Instruction, index: number): Operation {
  const { opcode, dst, src, off, imm } = instruction
  const wide = classOf(opcode) === CLASS.JMP32
  const narrowOnly = wide || takesRegister(opcode)
  switch (operatorOf(opcode)) {
    case JUMP.JA: {
      if (takesRegister(opcode)) return unknownOpcode(instruction)
      const unused = wide ? off : imm
      if (dst !== 0 || src !== 0 || unused !== 0) return invalid("BPF_JA uses reserved fields")
      return { kind: "jump", target: index + 1 + (wide ? imm : off), wide }
    }
    case JUMP.CALL:
      return callOf(instruction, index)
    case JUMP.EXIT:
      if (narrowOnly) return unknownOpcode(instruction)
      if (dst !== 0 || src !== 0 || imm !== 0) return invalid("BPF_EXIT uses reserved fields")
      return { kind: "exit" }
    case JUMP.JCOND:
      if (narrowOnly) return unknownOpcode(instruction)
      if (src !== 0 || dst !== 0 || imm !== 0 || off === 0)
        return invalid(`invalid may_goto off ${off} imm ${imm}`)
      return { kind: "mayGoto", target: index + 1 + off }
  }
  const comparison = COMPARISONS.find(row => row.code === operatorOf(opcode))
  if (comparison === undefined) return unknownOpcode(instruction)
  if (takesRegister(opcode) ? imm !== 0 : src !== 0) return invalid("BPF_JMP/JMP32 uses reserved fields")
  return withRegisters(takesRegister(opcode) ? [dst, src] : [dst], {
    kind: "branch",
    comparison: comparison.name,
    width: wide ? 32 : 64,
    dst,
    source: sourceOperand(instruction),
    target: index + 1 + off,
  })
}

function callOf(instruction: Instruction, index: number): Operation {
  const { opcode, dst, src, off, imm } = instruction
  const reserved = invalid("BPF_CALL uses reserved fields")
  if (classOf(opcode) === CLASS.JMP32) return unknownOpcode(instruction)
  if (takesRegister(opcode)) {
    if (src !== 0 || off !== 0 || imm !== 0) return reserved
    return withRegisters([dst], { kind: "call", callee: { kind: "register", register: dst } })
  }
  if (dst !== 0 || (off !== 0 && src !== PSEUDO_CALL.KFUNC)) return reserved
  switch (src) {
    case PSEUDO_CALL.HELPER:
      return { kind: "call", callee: { kind: "helper", id: imm } }
    case PSEUDO_CALL.SUBPROGRAM:
      return { kind: "call", callee: { kind: "subprogram", target: index + 1 + imm } }
    case PSEUDO_CALL.KFUNC:
      if (off < 0) return invalid("negative offset disallowed for kernel module function call")
      return { kind: "call", callee: { kind: "kfunc", btfId: imm, module: off } }
    default:
      return reserved
  }
}

function load64Of(first: Instruction, second: Instruction | undefined, index: number): Operation {
  if (
    second === undefined ||
    second.opcode !== 0 ||
    second.dst !== 0 ||
    second.src !== 0 ||
    second.off !== 0
  ) {
    return invalid("invalid bpf_ld_imm64 insn")
  }
  const value = load64Value(first, second, index)
  if (value === undefined) return invalid("unrecognized bpf_ld_imm64 insn")
  if (first.off !== 0) return invalid("BPF_LD_IMM64 uses reserved fields")
  return withRegisters([first.dst], { kind: "load64", dst: first.dst, value })
}

function load64Value(
  { src, imm: low }: Instruction,
  { imm: high }: Instruction,
  index: number,
): Load64Value | undefined {
  switch (src) {
    case PSEUDO_LOAD.IMMEDIATE:
      return { kind: "immediate", value: joinImmediate(low, high) }
    case PSEUDO_LOAD.MAP_FD:
      return high === 0 ? { kind: "map", fd: low } : undefined
    case PSEUDO_LOAD.MAP_VALUE:
      return { kind: "mapValue", fd: low, offset: high }
    case PSEUDO_LOAD.BTF_ID:
      return { kind: "btf", id: low, fd: high }
    case PSEUDO_LOAD.FUNC:
      // The kernel does not look at the upper half.
      return { kind: "function", target: index + 1 + low }
    case PSEUDO_LOAD.MAP_IDX:
      return high === 0 ? { kind: "mapIndex", index: low } : undefined
    case PSEUDO_LOAD.MAP_IDX_VALUE:
      return { kind: "mapIndexValue", index: low, offset: high }
    default:
      return undefined
  }
}

/** The unsigned 64-bit constant of a two-slot load. */
export function joinImmediate(low: number, high: number): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

function packetLoadOf(instruction: Instruction): Operation {
  const { opcode, dst, src, off, imm } = instruction
  const mode = modeOf(opcode)
  const size = sizeOf(opcode)
  if ((mode !== MODE.ABS && mode !== MODE.IND) || size === 8) return unknownOpcode(instruction)
  if (dst !== 0 || off !== 0 || (mode === MODE.ABS && src !== 0)) {
    return invalid("BPF_LD_[ABS|IND] uses reserved fields")
  }
  const index = mode === MODE.IND ? src : undefined
  return withRegisters([src], { kind: "packetLoad", size, offset: imm, index })
}

function loadOf(instruction: Instruction): Operation {
  const { opcode, dst, src, off, imm } = instruction
  const mode = modeOf(opcode)
  const size = sizeOf(opcode)
  if ((mode !== MODE.MEM && mode !== MODE.MEMSX) || imm !== 0) return invalid("BPF_LDX uses reserved fields")
  if (mode === MODE.MEMSX && size === 8) return unknownOpcode(instruction)
  return withRegisters([src, dst], {
    kind: "load",
    size,
    signed: mode === MODE.MEMSX,
    dst,
    base: src,
    offset: off,
  })
}

function storeImmediateOf(instruction: Instruction): Operation {
  const { opcode, dst, src, off, imm } = instruction
  if (modeOf(opcode) !== MODE.MEM) return unknownOpcode(instruction)
  if (src !== 0) return invalid("BPF_ST uses reserved fields")
  return withRegisters([dst], {
    kind: "store",
    size: sizeOf(opcode),
    base: dst,
    offset: off,
    source: { kind: "immediate", value: imm },
  })
}

function storeRegisterOf(instruction: Instruction): Operation {
  const { opcode, dst, src, off, imm } = instruction
  if (modeOf(opcode) !== MODE.MEM) return unknownOpcode(instruction)
  if (imm !== 0) return invalid("BPF_STX uses reserved fields")
  return withRegisters([src, dst], {
    kind: "store",
    size: sizeOf(opcode),
    base: dst,
    offset: off,
    source: { kind: "register", register: src },
  })
}

function atomicOf({ opcode, dst, src, off, imm }: Instruction): Operation {
  const size = sizeOf(opcode)
  if (imm === ATOMIC.LOAD_ACQUIRE) {
    return withRegisters([src, dst], { kind: "loadAcquire", size, dst, base: src, offset: off })
  }
  if (imm === ATOMIC.STORE_RELEASE) {
    return withRegisters([src, dst], { kind: "storeRelease", size, base: dst, offset: off, src })
  }
  const operator =
    imm === ATOMIC.XCHG
      ? "xchg"
      : imm === ATOMIC.CMPXCHG
        ? "cmpxchg"
        : ATOMIC_OPERATORS.find(row => row.code === (imm & ~ATOMIC.FETCH))?.name
  if (operator === undefined) {
    return invalid(`BPF_ATOMIC uses invalid atomic opcode ${(imm >>> 0).toString(16).padStart(2, "0")}`)
  }
  if (size !== 4 && size !== 8) return invalid("invalid atomic operand size")
  const fetch = (imm & ATOMIC.FETCH) !== 0
  return withRegisters([src, dst], { kind: "atomic", operator, fetch, size, base: dst, offset: off, src })
}

/** True for the first slot of a 64-bit immediate load, which takes the next slot too. */
export function isLoad64(instruction: Instruction): boolean {
  return instruction.opcode === LOAD64_OPCODE
}
