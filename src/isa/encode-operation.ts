import { AssemblyError } from "../base/index.ts"
import type { Instruction } from "./instruction.ts"
import {
  ADDR_SPACE_CAST_OFFSET,
  ALU,
  ALU_OPERATORS,
  ATOMIC,
  ATOMIC_OPERATORS,
  type AtomicOperator,
  CLASS,
  COMPARISONS,
  JUMP,
  LOAD64_OPCODE,
  MODE,
  PSEUDO_CALL,
  PSEUDO_LOAD,
  SOURCE,
  sizeBits,
} from "./opcodes.ts"
import type { Callee, Load64Value, Operand, Operation } from "./operation.ts"

/**
 * The slots (one, or two for `load64`) that mean `operation` at slot `index`: the inverse of `operationOf`.
 * Throws AssemblyError when there is no such encoding: a distance or constant out of range, or `invalid`.
 */
export function encodeOperation(operation: Operation, index: number): Instruction[] {
  switch (operation.kind) {
    case "alu": {
      const row = ALU_OPERATORS.find(candidate => candidate.name === operation.operator)!
      return [withSource(aluClass(operation.width) | row.code, operation.dst, operation.source, row.off)]
    }
    case "negate":
      return [slot(aluClass(operation.width) | ALU.NEG, { dst: operation.dst })]
    case "move":
      return [
        withSource(
          aluClass(operation.width) | ALU.MOV,
          operation.dst,
          operation.source,
          operation.signExtendFrom ?? 0,
        ),
      ]
    case "addressSpaceCast": {
      const { dst, src, to, from } = operation
      const imm = (to << 16) | from
      return [slot(CLASS.ALU64 | ALU.MOV | SOURCE.X, { dst, src, off: ADDR_SPACE_CAST_OFFSET, imm })]
    }
    case "byteOrder": {
      const { conversion, bits, dst } = operation
      const opcode =
        conversion === "bswap" ? CLASS.ALU64 : CLASS.ALU | (conversion === "be" ? SOURCE.X : SOURCE.K)
      return [slot(opcode | ALU.END, { dst, imm: bits })]
    }
    case "load64":
      return encodeLoad64(operation.dst, operation.value, index)
    case "load": {
      const { size, signed, dst, base, offset } = operation
      const mode = signed ? MODE.MEMSX : MODE.MEM
      return [slot(CLASS.LDX | mode | sizeBits(size), { dst, src: base, off: offset })]
    }
    case "store": {
      const { size, base, offset, source } = operation
      const opcode = MODE.MEM | sizeBits(size)
      return source.kind === "register"
        ? [slot(CLASS.STX | opcode, { dst: base, src: source.register, off: offset })]
        : [slot(CLASS.ST | opcode, { dst: base, off: offset, imm: source.value })]
    }
    case "atomic": {
      const { operator, fetch, size, base, offset, src } = operation
      const opcode = CLASS.STX | MODE.ATOMIC | sizeBits(size)
      return [slot(opcode, { dst: base, src, off: offset, imm: atomicImmediate(operator, fetch) })]
    }
    case "loadAcquire": {
      const { size, dst, base, offset } = operation
      const opcode = CLASS.STX | MODE.ATOMIC | sizeBits(size)
      return [slot(opcode, { dst, src: base, off: offset, imm: ATOMIC.LOAD_ACQUIRE })]
    }
    case "storeRelease": {
      const { size, base, offset, src } = operation
      const opcode = CLASS.STX | MODE.ATOMIC | sizeBits(size)
      return [slot(opcode, { dst: base, src, off: offset, imm: ATOMIC.STORE_RELEASE })]
    }
    case "packetLoad": {
      const mode = operation.index === undefined ? MODE.ABS : MODE.IND
      const opcode = CLASS.LD | mode | sizeBits(operation.size)
      return [slot(opcode, { src: operation.index ?? 0, imm: operation.offset })]
    }
    case "jump": {
      const distance = operation.target - index - 1
      return operation.wide
        ? [slot(CLASS.JMP32 | JUMP.JA, { imm: wideDistance(distance) })]
        : [slot(CLASS.JMP | JUMP.JA, { off: shortDistance(distance) })]
    }
    case "branch": {
      const { comparison, width, dst, source, target } = operation
      const row = COMPARISONS.find(candidate => candidate.name === comparison)!
      const opcode = (width === 64 ? CLASS.JMP : CLASS.JMP32) | row.code
      return [withSource(opcode, dst, source, shortDistance(target - index - 1))]
    }
    case "mayGoto":
      return [slot(CLASS.JMP | JUMP.JCOND, { off: shortDistance(operation.target - index - 1) })]
    case "call":
      return [encodeCall(operation.callee, index)]
    case "exit":
      return [slot(CLASS.JMP | JUMP.EXIT, {})]
    case "invalid":
      throw new AssemblyError(`instruction ${index}: no encoding: ${operation.reason}`)
    default:
      return operation satisfies never
  }
}

function slot(opcode: number, fields: Partial<Omit<Instruction, "opcode">>): Instruction {
  const instruction = { opcode, dst: 0, src: 0, off: 0, imm: 0, ...fields }
  if (!fits(instruction.off, 16))
    throw new AssemblyError(`offset ${instruction.off} does not fit 16 signed bits`)
  if (!fits(instruction.imm, 32))
    throw new AssemblyError(`constant ${instruction.imm} does not fit 32 signed bits`)
  return instruction
}

function fits(value: number, bits: number): boolean {
  const limit = 2 ** (bits - 1)
  return Number.isInteger(value) && value >= -limit && value < limit
}

function withSource(opcode: number, dst: number, source: Operand, off: number): Instruction {
  return source.kind === "register"
    ? slot(opcode | SOURCE.X, { dst, src: source.register, off })
    : slot(opcode | SOURCE.K, { dst, off, imm: source.value })
}

function aluClass(width: 32 | 64): number {
  return width === 64 ? CLASS.ALU64 : CLASS.ALU
}

function atomicImmediate(operator: AtomicOperator, fetch: boolean): number {
  if (operator === "xchg") return ATOMIC.XCHG
  if (operator === "cmpxchg") return ATOMIC.CMPXCHG
  const row = ATOMIC_OPERATORS.find(candidate => candidate.name === operator)!
  return row.code | (fetch ? ATOMIC.FETCH : 0)
}

function shortDistance(distance: number): number {
  if (fits(distance, 16)) return distance
  throw new AssemblyError(`jump over ${distance} slots does not fit 16 signed bits`, {
    hint: "use gotol, or jump in two steps",
  })
}

function wideDistance(distance: number): number {
  if (fits(distance, 32)) return distance
  throw new AssemblyError(`distance of ${distance} slots does not fit 32 signed bits`)
}

function encodeCall(callee: Callee, index: number): Instruction {
  const opcode = CLASS.JMP | JUMP.CALL
  switch (callee.kind) {
    case "helper":
      return slot(opcode, { src: PSEUDO_CALL.HELPER, imm: callee.id })
    case "subprogram":
      return slot(opcode, { src: PSEUDO_CALL.SUBPROGRAM, imm: wideDistance(callee.target - index - 1) })
    case "kfunc":
      return slot(opcode, { src: PSEUDO_CALL.KFUNC, off: callee.module, imm: callee.btfId })
    case "register":
      return slot(opcode | SOURCE.X, { dst: callee.register })
    default:
      return callee satisfies never
  }
}

function encodeLoad64(dst: number, value: Load64Value, index: number): Instruction[] {
  const pair = (src: number, low: number, high: number) => [
    slot(LOAD64_OPCODE, { dst, src, imm: low }),
    slot(0, { imm: high }),
  ]
  switch (value.kind) {
    case "immediate": {
      const bits = BigInt.asUintN(64, value.value)
      return pair(
        PSEUDO_LOAD.IMMEDIATE,
        Number(BigInt.asIntN(32, bits)),
        Number(BigInt.asIntN(32, bits >> 32n)),
      )
    }
    case "map":
      return pair(PSEUDO_LOAD.MAP_FD, value.fd, 0)
    case "mapValue":
      return pair(PSEUDO_LOAD.MAP_VALUE, value.fd, value.offset)
    case "btf":
      return pair(PSEUDO_LOAD.BTF_ID, value.id, value.fd)
    case "function":
      return pair(PSEUDO_LOAD.FUNC, wideDistance(value.target - index - 1), 0)
    case "mapIndex":
      return pair(PSEUDO_LOAD.MAP_IDX, value.index, 0)
    case "mapIndexValue":
      return pair(PSEUDO_LOAD.MAP_IDX_VALUE, value.index, value.offset)
    default:
      return value satisfies never
  }
}
