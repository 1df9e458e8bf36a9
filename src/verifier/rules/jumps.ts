import {
  CLASS,
  classOf,
  type Instruction,
  JUMP,
  operatorOf,
  PSEUDO_CALL,
  takesRegister,
} from "../../isa/index.ts"
import {
  type BranchKnowledge,
  CONDITION,
  checked,
  constantOf,
  flipped,
  isKnown,
  isKnownLow,
  isTaken,
  refineBranch,
  refineBranchEarly,
  type Scalar,
} from "../domain/index.ts"
import { printsSteps } from "../log/log.ts"
import { writeChanges } from "../log/steps.ts"
import { ERRNO, reject } from "../reject.ts"
import { markPrecise } from "../state/precision.ts"
import type { Register } from "../state/register.ts"
import { baseType, FLAG, isAnyPacketPointer, mayBeNull, TYPE } from "../state/register-type.ts"
import { rememberStep } from "../state/remember.ts"
import { currentFrame } from "../state/state.ts"
import { pushBranch } from "../walk/branches.ts"
import { recall, remember, touchRegister, type Walk } from "../walk/walk.ts"
import { leave } from "./exit.ts"
import { worksUnderLock } from "./graphs/kfuncs.ts"
import { callHelper } from "./helper-call.ts"
import { callKfunc } from "./kfuncs/call.ts"
import { collectLinked, spreadKnowledge } from "./linked-scalars.ts"
import { walkMayGoto } from "./may-goto.ts"
import { markNotNull, markNullness } from "./nullness.ts"
import { learnPacketRange, packetJumpTaken } from "./packet-range.ts"
import { readRegister } from "./register-access.ts"
import { walkOtherWay } from "./speculation/index.ts"
import { callSubprogram } from "./subprogram-call.ts"

/** Jumps, calls and exits; false when the path ends here. */
export function walkJump(walk: Walk, instruction: Instruction): boolean {
  const { opcode, src, dst, off, imm } = instruction
  const kind = classOf(opcode)
  const reserved = (name: string): never =>
    reject(walk, ERRNO.EINVAL, `${name} uses reserved fields`, "encoding")
  walk.counters.jumps++
  switch (operatorOf(opcode)) {
    case JUMP.CALL:
      if (
        takesRegister(opcode) ||
        kind === CLASS.JMP32 ||
        (src !== PSEUDO_CALL.KFUNC && off !== 0) ||
        src > PSEUDO_CALL.KFUNC ||
        dst !== 0
      )
        reserved("BPF_CALL")
      if (!call(walk, instruction)) return false
      touchRegister(walk, 0)
      walk.at++
      return true
    case JUMP.JA:
      if (takesRegister(opcode) || src !== 0 || dst !== 0 || (kind === CLASS.JMP ? imm : off) !== 0)
        reserved("BPF_JA")
      walk.at += (kind === CLASS.JMP ? off : imm) + 1
      return true
    case JUMP.EXIT:
      if (takesRegister(opcode) || imm !== 0 || src !== 0 || dst !== 0 || kind === CLASS.JMP32)
        reserved("BPF_EXIT")
      return leave(walk)
    case JUMP.JCOND:
      if (!walk.rules.mayGoto)
        reject(
          walk,
          ERRNO.EINVAL,
          `invalid BPF_JMP/JMP32 opcode ${operatorOf(opcode).toString(16)}`,
          "encoding",
        )
      walkMayGoto(walk, instruction)
      walk.at++
      return true
    default:
      branch(walk, instruction)
      walk.at++
      return true
  }
}

const SPIN_UNLOCK = 94

/** False when the path ends with it. */
function call(walk: Walk, instruction: Instruction): boolean {
  const { src, imm } = instruction
  if (walk.state.lock) {
    const reference = walk.program.references.get(walk.at)
    const refused =
      src === PSEUDO_CALL.HELPER
        ? imm !== SPIN_UNLOCK
        : (src === PSEUDO_CALL.SUBPROGRAM && !walk.rules.callsUnderLock) ||
          (src === PSEUDO_CALL.KFUNC && !(reference?.kind === "kfunc" && worksUnderLock(reference.name)))
    if (refused) reject(walk, ERRNO.EINVAL, "function calls are not allowed while holding a lock", "lock")
  }
  if (src === PSEUDO_CALL.KFUNC) return callKfunc(walk, instruction)
  if (src === PSEUDO_CALL.SUBPROGRAM) callSubprogram(walk, instruction)
  else callHelper(walk, instruction)
  return true
}

/** A conditional jump: one way when it is known, else both, each with what it tells. */
function branch(walk: Walk, instruction: Instruction): void {
  const { opcode, dst, src, off, imm } = instruction
  const condition = operatorOf(opcode)
  const narrow = classOf(opcode) === CLASS.JMP32
  const fromRegister = takesRegister(opcode)
  if (condition > JUMP.JCOND)
    reject(walk, ERRNO.EINVAL, `invalid BPF_JMP/JMP32 opcode ${condition.toString(16)}`, "encoding")
  const left = readRegister(walk, dst)
  if ((fromRegister ? imm : src) !== 0)
    reject(walk, ERRNO.EINVAL, "BPF_JMP/JMP32 uses reserved fields", "encoding")
  const right = fromRegister ? readRegister(walk, src) : undefined
  if (right && !(isAnyPacketPointer(left.type) && isAnyPacketPointer(right.type)))
    if (!walk.privileges.perfmon && right.type !== TYPE.SCALAR)
      reject(walk, ERRNO.EACCES, `R${src} pointer comparison prohibited`, "pointer-comparison")
  const operand = right?.scalar ?? constantOf(imm)
  const stackOperands = (left.type === TYPE.STACK ? 1 : 0) | (right?.type === TYPE.STACK ? 2 : 0)
  if (stackOperands) rememberStep(walk).stackOperands = stackOperands
  const taken = predict(walk, condition, narrow, left, right, operand)
  if (taken !== undefined) {
    if (left.type === TYPE.SCALAR) markPrecise(walk, dst)
    if (right?.type === TYPE.SCALAR) markPrecise(walk, src)
    walkOtherWay(walk, instruction, taken ? walk.at + 1 : walk.at + off + 1)
    if (printsSteps(walk.log)) writeChanges(walk)
    if (taken) walk.at += off
    return
  }
  const linked = collectLinked(walk.state, [right, left], walk.rules.linkedPrecision)
  if (linked.length > 1 && walk.rules.linkedPrecision) rememberStep(walk).linked = linked
  const other = pushBranch(walk, walk.at + off + 1, walk.at)
  const otherRegisters = currentFrame(other).registers
  const otherLeft = otherRegisters[dst]!
  const otherRight = right && otherRegisters[src]!
  if (left.type === TYPE.SCALAR && (right === undefined || right.type === TYPE.SCALAR)) {
    const { scalar } = left
    const { taken: yes, through: no } =
      recall<BranchKnowledge>(walk, scalar, operand) ??
      remember(walk, scalar, operand, learn(walk, condition, scalar, operand, narrow, right === left))
    setChecked(walk, otherLeft, yes.a, "true_reg1")
    if (otherRight) setChecked(walk, otherRight, yes.b, "true_reg2")
    setChecked(walk, left, no.a, "false_reg1")
    if (right) setChecked(walk, right, no.b, "false_reg2")
  }
  if (right && otherRight && right.type === TYPE.SCALAR && right.id !== 0) {
    spreadKnowledge(walk.state, right, linked)
    spreadKnowledge(other, otherRight, linked)
  }
  if (left.type === TYPE.SCALAR && left.id !== 0) {
    spreadKnowledge(walk.state, left, linked)
    spreadKnowledge(other, otherLeft, linked)
  }
  if (right && otherRight && !narrow && walk.rules.contextConstants)
    learnNullness(condition, left, right, otherLeft, otherRight)
  const asksNull =
    !narrow && !right && imm === 0 && (condition === CONDITION.EQ || condition === CONDITION.NE)
  if (asksNull && mayBeNull(left.type)) {
    markNullness(walk, walk.state, dst, condition === CONDITION.NE)
    markNullness(walk, other, dst, condition === CONDITION.EQ)
  } else if (!(right && !narrow && learnPacketRange(condition, dst, src, walk.state, other)))
    if (!walk.privileges.perfmon && left.type !== TYPE.SCALAR)
      reject(walk, ERRNO.EACCES, `R${dst} pointer comparison prohibited`, "pointer-comparison")
  if (printsSteps(walk.log)) writeChanges(walk)
}

function learn(
  walk: Walk,
  condition: number,
  a: Scalar,
  b: Scalar,
  narrow: boolean,
  isSame: boolean,
): BranchKnowledge {
  if (!walk.rules.mutualRanges) return refineBranchEarly(condition, a, b, narrow)
  return refineBranch(condition, a, b, narrow, isSame)
}

function setChecked(walk: Walk, register: Register, scalar: Scalar, name: string): void {
  if (!walk.rules.mutualRanges) {
    register.scalar = scalar
    return
  }
  const { result, violation } = checked(scalar)
  if (violation !== undefined) walk.log.line(`REG INVARIANTS VIOLATION (${name}): ${violation}`)
  register.scalar = result
}

function predict(
  walk: Walk,
  condition: number,
  narrow: boolean,
  left: Register,
  right: Register | undefined,
  operand: Scalar,
): boolean | undefined {
  if (right && !narrow && isAnyPacketPointer(left.type) && isAnyPacketPointer(right.type))
    return packetJumpTaken(condition, left, right)
  if (!walk.rules.mutualRanges) return predictEarly(condition, narrow, left, right, operand)
  const leftIsNumber = left.type === TYPE.SCALAR
  const rightIsNumber = right === undefined || right.type === TYPE.SCALAR
  if (leftIsNumber && rightIsNumber) return isTaken(condition, left.scalar, operand, narrow)
  // A pointer that is not null differs from zero; nothing else is known of addresses.
  const known = narrow ? isKnownLow : isKnown
  const rightFixed = rightIsNumber && known(operand)
  const [pointer, number] = rightFixed ? [left, operand] : [right, left.scalar]
  const asked = rightFixed ? condition : flipped(condition)
  if (!pointer || (!rightFixed && !(leftIsNumber && known(number)))) return undefined
  if (!isNeverNull(pointer) || (number.valueLow | (narrow ? 0 : number.valueHigh)) !== 0) return undefined
  if (asked === CONDITION.EQ) return false
  return asked === CONDITION.NE ? true : undefined
}

/** Before 6.8 only comparisons with a constant on the right were decided, for equality of known numbers. */
function predictEarly(
  condition: number,
  narrow: boolean,
  left: Register,
  right: Register | undefined,
  operand: Scalar,
): boolean | undefined {
  const known = narrow ? isKnownLow : isKnown
  if ((right && right.type !== TYPE.SCALAR) || !known(operand)) return undefined
  const asksEquality = condition === CONDITION.EQ || condition === CONDITION.NE
  if (left.type === TYPE.SCALAR)
    return asksEquality && !known(left.scalar) ? undefined : isTaken(condition, left.scalar, operand, narrow)
  const isZero = (operand.valueLow | (narrow ? 0 : operand.valueHigh)) === 0
  if (!asksEquality || !isZero || !NEVER_NULL_EARLY.has(left.type)) return undefined
  return condition === CONDITION.NE
}

const NEVER_NULL_EARLY = new Set<number>([
  TYPE.SOCKET,
  TYPE.TCP_SOCK,
  TYPE.MAP_VALUE,
  TYPE.MAP_KEY,
  TYPE.SOCK_COMMON,
])

const NEVER_NULL = new Set<number>([
  TYPE.SOCKET,
  TYPE.TCP_SOCK,
  TYPE.MAP_VALUE,
  TYPE.MAP_KEY,
  TYPE.SOCK_COMMON,
  TYPE.CONST_MAP,
])

function isNeverNull({ type, refId }: Register): boolean {
  if (mayBeNull(type)) return false
  const base = baseType(type)
  if (NEVER_NULL.has(base)) return true
  if (base === TYPE.BTF_ID)
    return refId !== 0 || ((type & FLAG.TRUSTED) !== 0 && (type & FLAG.UNTRUSTED) === 0)
  return base === TYPE.MEM && !(type & FLAG.UNTRUSTED)
}

/** Of two equal pointers, one is not null when the other is not. */
function learnNullness(
  condition: number,
  left: Register,
  right: Register,
  otherLeft: Register,
  otherRight: Register,
): void {
  if (left.type === TYPE.SCALAR || right.type === TYPE.SCALAR) return
  if (mayBeNull(left.type) === mayBeNull(right.type)) return
  if (baseType(left.type) === TYPE.BTF_ID || baseType(right.type) === TYPE.BTF_ID) return
  if (condition === CONDITION.EQ) markNotNull(mayBeNull(otherRight.type) ? otherRight : otherLeft)
  else if (condition === CONDITION.NE) markNotNull(mayBeNull(right.type) ? right : left)
}
