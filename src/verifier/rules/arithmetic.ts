import {
  ADDR_SPACE_CAST_OFFSET,
  ALU,
  ALU_OPERATORS,
  CLASS,
  classOf,
  type Instruction,
  operatorOf,
  takesRegister,
} from "../../isa/index.ts"
import {
  constantOf,
  isKnown,
  OPERATOR,
  type Scalar,
  signExtended,
  signExtendedLow,
  type TransferRules,
  type Transferred,
  transfer,
  UNKNOWN,
  zeroExtended,
} from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { markPrecise } from "../state/precision.ts"
import { ADDED_CONSTANT, copyRegister, type Register, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import { nextId, recall, remember, type Walk } from "../walk/walk.ts"
import { castAddressSpace } from "./arenas.ts"
import { movePointer } from "./pointer-arithmetic.ts"
import { overwriteRegister, readRegister, writtenRegister } from "./register-access.ts"
import { forkSign } from "./sign-forks.ts"
import { noteNumbers } from "./speculation/index.ts"

/** All instructions of the classes ALU and ALU64. */
export function walkArithmetic(walk: Walk, instruction: Instruction): void {
  const operator = operatorOf(instruction.opcode)
  if (operator === ALU.END || operator === ALU.NEG) {
    swapOrNegate(walk, instruction)
    return
  }
  if (operator === ALU.MOV) {
    move(walk, instruction)
    return
  }
  if (operator > ALU.END)
    reject(walk, ERRNO.EINVAL, `invalid BPF_ALU opcode ${operator.toString(16)}`, "encoding")
  calculate(walk, instruction, operator)
}

function isWide({ opcode }: Instruction): boolean {
  return classOf(opcode) === CLASS.ALU64
}

/** Pointers are numbers to nobody but programs that may see addresses. */
function isHidden(walk: Walk, register: Register): boolean {
  return !walk.privileges.perfmon && register.type !== TYPE.SCALAR
}

function swapOrNegate(walk: Walk, instruction: Instruction): void {
  const { opcode, dst, src, off, imm } = instruction
  if (operatorOf(opcode) === ALU.NEG) {
    if (takesRegister(opcode) || src !== 0 || off !== 0 || imm !== 0)
      reject(walk, ERRNO.EINVAL, "BPF_NEG uses reserved fields", "encoding")
  } else if (
    src !== 0 ||
    off !== 0 ||
    (imm !== 16 && imm !== 32 && imm !== 64) ||
    (isWide(instruction) && (takesRegister(opcode) || !walk.rules.signExtension))
  )
    reject(walk, ERRNO.EINVAL, "BPF_END uses reserved fields", "encoding")
  if (isHidden(walk, readRegister(walk, dst)))
    reject(walk, ERRNO.EACCES, `R${dst} pointer arithmetic prohibited`, "pointer-arithmetic")
  overwriteRegister(walk, dst)
}

function move(walk: Walk, instruction: Instruction): void {
  const { opcode, dst, src, off, imm } = instruction
  const wide = isWide(instruction)
  const reserved = () => reject(walk, ERRNO.EINVAL, "BPF_MOV uses reserved fields", "encoding")
  if (!takesRegister(opcode)) {
    if (src !== 0 || off !== 0) reserved()
    setScalar(writtenRegister(walk, dst), constantOf(wide ? imm : imm >>> 0), !walk.privileges.bpf)
    return
  }
  if (wide && off === ADDR_SPACE_CAST_OFFSET && walk.rules.mayGoto) {
    castAddressSpace(walk, instruction)
    return
  }
  const sizes = walk.rules.signExtension ? (wide ? [0, 8, 16, 32] : [0, 8, 16]) : [0]
  if (!sizes.includes(off) || imm !== 0) reserved()
  const source = readRegister(walk, src)
  const target = writtenRegister(walk, dst)
  if (wide && off === 0) {
    giveId(walk, source)
    if (target !== source) copyRegister(target, source)
    target.lowWrittenAt = 0
    return
  }
  if (isHidden(walk, source))
    reject(
      walk,
      ERRNO.EACCES,
      `R${src} ${wide ? "sign-extension part of" : "partial copy of"} pointer`,
      "pointer-arithmetic",
    )
  if (source.type !== TYPE.SCALAR) {
    setScalar(target, wide ? UNKNOWN : zeroExtended(UNKNOWN), !walk.privileges.bpf)
    return
  }
  // The copy equals its source only when cutting and extending changes nothing.
  const same = !walk.rules.anySpill
    ? false
    : off === 0
      ? source.scalar.width <= 32
      : source.scalar.width < off
  if (same) giveId(walk, source)
  if (target !== source) copyRegister(target, source)
  if (!same) target.id = 0
  target.lowWrittenAt = wide ? 0 : walk.at + 1
  target.scalar = converted(walk, source.scalar, off, wide)
}

function converted(walk: Walk, source: Scalar, off: number, wide: boolean): Scalar {
  if (wide) return signExtended(source, off / 8)
  return off === 0 ? zeroExtended(source, !walk.rules.mutualRanges) : signExtendedLow(source, off / 8)
}

/** Before a number is copied it gets an id, by which both copies learn what a comparison tells of one. */
export function giveId(walk: Walk, register: Register): void {
  if (register.type !== TYPE.SCALAR) return
  if (register.id & ADDED_CONSTANT) {
    register.id = 0
    register.off = 0
  }
  if (register.id === 0 && !(walk.rules.anySpill && isKnown(register.scalar))) register.id = nextId(walk)
}

function transferRules({ rules }: Walk): TransferRules {
  return { early: !rules.mutualRanges, constantsOnly: !rules.unknownOperands }
}

const SHIFTS: readonly number[] = [OPERATOR.LSH, OPERATOR.RSH, OPERATOR.ARSH]

function calculate(walk: Walk, instruction: Instruction, operator: number): void {
  const { opcode, dst, src, off, imm } = instruction
  const fromRegister = takesRegister(opcode)
  const divides = operator === OPERATOR.DIV || operator === OPERATOR.MOD
  if (
    (fromRegister ? imm : src) !== 0 ||
    off < 0 ||
    off > 1 ||
    (off === 1 && !(divides && walk.rules.signExtension))
  )
    reject(walk, ERRNO.EINVAL, "BPF_ALU uses reserved fields", "encoding")
  if (fromRegister) readRegister(walk, src)
  readRegister(walk, dst)
  if (divides && !fromRegister && imm === 0) reject(walk, ERRNO.EINVAL, "div by zero", "constant-arithmetic")
  const wide = isWide(instruction)
  if (SHIFTS.includes(operator) && !fromRegister && (imm < 0 || imm >= (wide ? 64 : 32)))
    reject(walk, ERRNO.EINVAL, `invalid shift ${imm}`, "constant-arithmetic")
  const target = writtenRegister(walk, dst)
  const source = fromRegister ? currentFrame(walk.state).registers[src]! : undefined
  if (target.type === TYPE.ARENA || source?.type === TYPE.ARENA) {
    // Anything may be calculated with pointers into an arena: only their lower half counts.
    if (source && target.type !== TYPE.ARENA) copyRegister(target, source)
    target.lowWrittenAt = walk.at + 1
    return
  }
  if (source && source.type !== TYPE.SCALAR) {
    if (target.type === TYPE.SCALAR) {
      markPrecise(walk, dst)
      movePointer(walk, instruction, source, target.scalar, target, true)
      return
    }
    // The distance of two pointers is a number, for those who may see addresses.
    if (operator !== OPERATOR.SUB || !walk.privileges.perfmon)
      reject(
        walk,
        ERRNO.EACCES,
        `R${dst} pointer ${operatorSymbol(operator)} pointer prohibited`,
        "pointer-arithmetic",
      )
    setScalar(target, UNKNOWN)
    return
  }
  if (target.type !== TYPE.SCALAR) {
    if (source) markPrecise(walk, src)
    movePointer(walk, instruction, target, source?.scalar ?? constantOf(imm), target, false)
    return
  }
  if (source && target.precise) markPrecise(walk, src)
  const operand = source?.scalar ?? constantOf(imm)
  noteNumbers(walk, instruction)
  forkSign(walk, operator, dst, operand)
  const before = target.scalar
  const { result, violation } =
    recall<Transferred>(walk, before, operand) ??
    remember(walk, before, operand, transfer(operator, wide, before, operand, transferRules(walk)))
  if (violation !== undefined) walk.log.line(`REG INVARIANTS VIOLATION (alu): ${violation}`)
  target.scalar = result
  if (result === UNKNOWN && !isTracked(operator)) setScalar(target, UNKNOWN, !walk.privileges.bpf)
  link(walk, target, operator === OPERATOR.ADD && wide && source !== target, operand)
}

function isTracked(operator: number): boolean {
  return operator !== OPERATOR.DIV && operator !== OPERATOR.MOD
}

/** After `r1 = r2; r1 += 8` both stay linked, 8 apart; any other change ends the link. */
function link(walk: Walk, target: Register, adds: boolean, operand: Scalar): void {
  if (!walk.privileges.bpf || !walk.rules.addedConstants || !adds || target.id === 0 || !isKnown(operand)) {
    target.off = 0
    target.id = 0
    return
  }
  const distance = operand.nearValue
  if (target.id & ADDED_CONSTANT || distance < 0 || distance > 0x7fff_ffff) {
    target.off = 0
    target.id = 0
    return
  }
  target.id |= ADDED_CONSTANT
  target.off = distance
}

/** "+=" for 0x00, as messages have it. */
export function operatorSymbol(operator: number): string {
  return ALU_OPERATORS.find(row => row.code === operator)?.symbol ?? "?"
}
