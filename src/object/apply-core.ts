import { RelocationError } from "../base/index.ts"
import {
  type CoreMemory,
  type CoreRelocation,
  CoreResolver,
  type CoreResult,
  type CoreTarget,
  describeCore,
} from "../btf/index.ts"
import {
  type AccessSize,
  CLASS,
  classOf,
  type Instruction,
  JUMP,
  LOAD64_OPCODE,
  SIZE,
  sizeBits,
  sizeOf,
  takesRegister,
} from "../isa/index.ts"
import { POISON_HELPER } from "./poison.ts"
import type { ObjectSpec, ProgramSpec } from "./spec.ts"

/** A relocation that the target cannot satisfy: its instruction is poisoned, and must never be reached. */
export interface CoreProblem {
  /** Slot of the program. */
  readonly at: number
  readonly reason: string
  /** The relocation in libbpf's words, for "<invalid CO-RE relocation>" in verifier logs. */
  readonly relocation: string
}

export interface CoreApplied {
  readonly instructions: readonly Instruction[]
  /** By slot, ascending. A program with problems can still load: guarded code is dead code. */
  readonly problems: readonly CoreProblem[]
}

/**
 * Makes a program fit the target's types: the instructions that its CO-RE records name are patched, or poisoned
 * where the target has no such field or value (libbpf's `bpf_core_patch_insn`). Pass one `CoreResolver` for all
 * programs of an object to share its findings. Throws RelocationError for malformed records, contradicting
 * candidates, and instructions that are not what their record says.
 */
export function applyCore(
  program: ProgramSpec,
  object: ObjectSpec,
  target: CoreTarget,
  resolver?: CoreResolver,
): CoreApplied {
  const { btf } = object
  if (!btf || program.coreRelocations.length === 0) {
    return { instructions: program.instructions, problems: [] }
  }
  const shared = resolver ?? new CoreResolver(btf, target)
  const instructions = [...program.instructions]
  const problems: CoreProblem[] = []
  for (const record of program.coreRelocations) {
    try {
      const reason = patch(instructions, record.at, shared.resolve(record))
      if (reason === undefined) continue
      problems.push({ at: record.at, reason, relocation: describeCore(btf, record) })
    } catch (error) {
      throw atRecord(error, program, record)
    }
  }
  return { instructions, problems }
}

function atRecord(error: unknown, program: ProgramSpec, record: CoreRelocation): unknown {
  if (!(error instanceof RelocationError)) return error
  const where = `program ${program.name}, instruction ${record.at}, CO-RE ${record.kind}`
  return new RelocationError(`${where}: ${error.message}`, {
    errno: error.errno ?? "EINVAL",
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
  })
}

/** Patches one instruction in place; returns why it was poisoned instead. */
function patch(instructions: Instruction[], at: number, result: CoreResult): string | undefined {
  const instruction = instructions[at]
  if (!instruction) throw new RelocationError(`the program ends at instruction ${instructions.length}`)
  if (instruction.opcode === LOAD64_OPCODE && at + 1 >= instructions.length) {
    throw new RelocationError("the 64-bit immediate load lacks its second half")
  }
  if (result.kind === "poison") {
    poison(instructions, at)
    return result.reason
  }
  const kind = classOf(instruction.opcode)
  switch (kind) {
    case CLASS.ALU:
    case CLASS.ALU64:
      instructions[at] = patchArithmetic(instruction, result)
      return undefined
    case CLASS.LDX:
    case CLASS.ST:
    case CLASS.STX: {
      const reason = patchAccess(instructions, at, result)
      if (reason !== undefined) poison(instructions, at)
      return reason
    }
    case CLASS.LD:
      patchLoad64(instructions, at, result)
      return undefined
    default:
      throw new RelocationError(`opcode 0x${instruction.opcode.toString(16)} holds no value to relocate`)
  }
}

type CoreValue = CoreResult & { kind: "value" }

function patchArithmetic(instruction: Instruction, { original, value, validate }: CoreValue): Instruction {
  if (takesRegister(instruction.opcode)) {
    throw new RelocationError("the arithmetic takes a register, no immediate value")
  }
  if (validate) expectHeld(BigInt(instruction.imm), original)
  return { ...instruction, imm: Number(BigInt.asIntN(32, value)) }
}

/** Largest offset of an instruction; negative ones never come out of a relocation. */
const MOST_OFFSET = 0x7fffn

function patchAccess(instructions: Instruction[], at: number, result: CoreValue): string | undefined {
  const instruction = instructions[at]!
  if (result.validate) expectHeld(BigInt(instruction.off), result.original)
  if (result.value > MOST_OFFSET) {
    throw new RelocationError(
      `offset ${result.value} exceeds the ${MOST_OFFSET} that an instruction can hold`,
    )
  }
  const { memory } = result
  const resized = memory !== undefined && memory.originalSize !== memory.size
  if (resized && !memory.adjustable) {
    return (
      `the field has ${memory.size} bytes in the target and ${memory.originalSize} in the program: ` +
      "only pointers and unsigned integers can be read at another size"
    )
  }
  const opcode = resized ? resize(instruction.opcode, memory) : instruction.opcode
  instructions[at] = { ...instruction, opcode, off: Number(result.value) }
  return undefined
}

function resize(opcode: number, { originalSize, size }: CoreMemory): number {
  const held: AccessSize = sizeOf(opcode)
  if (held !== originalSize) {
    throw new RelocationError(
      `the instruction accesses ${held} bytes of a field of ${originalSize}, so it cannot be made to access ${size}`,
    )
  }
  if (!isAccessSize(size)) throw new RelocationError(`no instruction accesses the field's ${size} bytes`)
  return (opcode & ~SIZE_MASK) | sizeBits(size)
}

const SIZE_MASK = SIZE.DW

function isAccessSize(size: number): size is AccessSize {
  return size === 1 || size === 2 || size === 4 || size === 8
}

function patchLoad64(
  instructions: Instruction[],
  at: number,
  { original, value, validate }: CoreValue,
): void {
  const low = instructions[at]!
  const high = instructions[at + 1]
  const plain = low.opcode === LOAD64_OPCODE && low.src === 0 && low.off === 0
  if (!plain || !high || high.opcode !== 0 || high.dst !== 0 || high.src !== 0 || high.off !== 0) {
    throw new RelocationError("the instruction is no plain 64-bit immediate load")
  }
  if (validate) expectHeld((BigInt(high.imm) << 32n) | BigInt(low.imm >>> 0), original)
  instructions[at] = { ...low, imm: Number(BigInt.asIntN(32, value)) }
  instructions[at + 1] = { ...high, imm: Number(BigInt.asIntN(32, value >> 32n)) }
}

function expectHeld(held: bigint, original: bigint): void {
  if (BigInt.asUintN(64, held) === original) return
  throw new RelocationError(
    `the instruction holds ${held}, the program's own types say ${BigInt.asIntN(64, original)}`,
    { hint: "the object and its BTF do not belong together: compile it again" },
  )
}

const POISONED: Instruction = { opcode: CLASS.JMP | JUMP.CALL, dst: 0, src: 0, off: 0, imm: POISON_HELPER }

/** Both slots of a 64-bit load, lest the verifier trips over the second one. */
function poison(instructions: Instruction[], at: number): void {
  const wide = instructions[at]!.opcode === LOAD64_OPCODE
  instructions[at] = POISONED
  if (wide) instructions[at + 1] = POISONED
}
