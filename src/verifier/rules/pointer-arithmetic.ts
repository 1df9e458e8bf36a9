import { CLASS, classOf, type Instruction, operatorOf } from "../../isa/index.ts"
import { add, subtract } from "../domain/arithmetic.ts"
import {
  contradiction,
  draft,
  isKnown,
  isNull,
  OPERATOR,
  type Scalar,
  sync,
  syncEarly,
  UNKNOWN,
} from "../domain/index.ts"
import { forget32 } from "../domain/scalar.ts"
import { ERRNO, reject } from "../reject.ts"
import { cloneRegister, copyRegister, type Register, setScalar } from "../state/register.ts"
import { baseType, isPacketPointer, mayBeNull, TYPE, typeName } from "../state/register-type.ts"
import { nextId, type Walk } from "../walk/walk.ts"
import { operatorSymbol } from "./arithmetic.ts"
import { beginMove, checkMovedPointer, endMove } from "./speculation/index.ts"

/** Offsets of pointers stay below this, so that sums of them cannot overflow. */
export const MOST_OFFSET = 1 << 29

/** Pointers that may be moved by any number. */
const MOVABLE = new Set<number>([
  TYPE.CTX,
  TYPE.MAP_VALUE,
  TYPE.MAP_KEY,
  TYPE.STACK,
  TYPE.PACKET_META,
  TYPE.PACKET,
  TYPE.TP_BUFFER,
  TYPE.BTF_ID,
  TYPE.MEM,
  TYPE.BUF,
  TYPE.FUNC,
  TYPE.CONST_DYNPTR,
])

/**
 * `pointer += number`, `pointer -= number`, and with `reversed` `number += pointer`: the result goes to `target`,
 * which is one of the operands. A constant moves the fixed part of the offset, anything else the variable one.
 */
export function movePointer(
  walk: Walk,
  instruction: Instruction,
  from: Register,
  number: Scalar,
  target: Register,
  reversed: boolean,
): void {
  const { opcode, dst } = instruction
  const operator = operatorOf(opcode)
  const known = isKnown(number)
  // Bounds of a way that is never taken: nothing is known of the result.
  if (contradiction(number) !== undefined) {
    setScalar(target, UNKNOWN, !walk.privileges.bpf)
    return
  }
  if (classOf(opcode) !== CLASS.ALU64) {
    if (operator === OPERATOR.SUB && walk.privileges.perfmon) {
      setScalar(target, UNKNOWN)
      return
    }
    reject(walk, ERRNO.EACCES, `R${dst} 32-bit pointer arithmetic prohibited`, "pointer-arithmetic")
  }
  checkMovable(walk, dst, from, number, operator)
  const pointer = cloneRegister(from)
  checkOffsets(walk, number, 0, pointer.type)
  checkOffsets(walk, pointer.scalar, pointer.off, pointer.type)
  takePointer(target, pointer, reversed)
  const move = beginMove(walk, instruction, pointer, number, reversed)
  if (operator === OPERATOR.SUB && reversed)
    reject(walk, ERRNO.EACCES, `R${dst} tried to subtract pointer from scalar`, "pointer-arithmetic")
  if (operator === OPERATOR.SUB && pointer.type === TYPE.STACK)
    reject(walk, ERRNO.EACCES, `R${dst} subtraction from stack pointer prohibited`, "pointer-arithmetic")
  if (operator !== OPERATOR.ADD && operator !== OPERATOR.SUB) refuseOperator(walk, dst, operator)
  const sign = operator === OPERATOR.ADD ? 1 : -1
  const moved = pointer.off + sign * number.nearValue
  if (known && moved === (moved | 0)) target.off = moved
  else {
    target.scalar = movedScalar(pointer.scalar, number, operator, walk.rules.mutualRanges)
    if (isPacketPointer(pointer.type)) {
      // A new base: what was compared before says nothing of it.
      target.id = nextId(walk)
      if (operator === OPERATOR.ADD || number.nearSmin < 0) target.range = 0
    }
  }
  checkOffsets(walk, target.scalar, target.off, target.type)
  checkMovedPointer(walk, dst, target)
  endMove(walk, instruction, target, move)
}

/** The result begins as the pointer. */
function takePointer(target: Register, pointer: Register, reversed: boolean): void {
  if (!reversed) return
  const { refId, lowWrittenAt } = target
  copyRegister(target, pointer)
  target.refId = refId
  // A number that becomes a pointer takes over how the pointer was used (so 6.12.117 does).
  target.live = pointer.live
  target.lowWrittenAt = lowWrittenAt
}

function movedScalar(offset: Scalar, number: Scalar, operator: number, mutual: boolean): Scalar {
  const d = draft(offset)
  if (operator === OPERATOR.ADD) add(d, number)
  else subtract(d, number)
  forget32(d)
  return mutual ? sync(d) : syncEarly(d)
}

function checkMovable(walk: Walk, dst: number, pointer: Register, number: Scalar, operator: number): void {
  const { type } = pointer
  if (mayBeNull(type))
    reject(
      walk,
      ERRNO.EACCES,
      `R${dst} pointer arithmetic on ${typeName(type)} prohibited, null-check it first`,
      "pointer-arithmetic",
    )
  const base = baseType(type)
  if (MOVABLE.has(base)) return
  if (base === TYPE.FLOW_KEYS && isKnown(number)) return
  if ((base === TYPE.FLOW_KEYS || base === TYPE.CONST_MAP) && operator === OPERATOR.ADD)
    if (isNull(number)) return
  reject(
    walk,
    ERRNO.EACCES,
    `R${dst} pointer arithmetic on ${typeName(type)} prohibited`,
    "pointer-arithmetic",
  )
}

function refuseOperator(walk: Walk, dst: number, operator: number): never {
  const symbol = operatorSymbol(operator)
  if (operator === OPERATOR.AND || operator === OPERATOR.OR || operator === OPERATOR.XOR)
    reject(
      walk,
      ERRNO.EACCES,
      `R${dst} bitwise operator ${symbol} on pointer prohibited`,
      "pointer-arithmetic",
    )
  reject(
    walk,
    ERRNO.EACCES,
    `R${dst} pointer arithmetic with ${symbol} operator prohibited`,
    "pointer-arithmetic",
  )
}

function checkOffsets(walk: Walk, scalar: Scalar, off: number, type: number): void {
  if (isKnown(scalar) && (scalar.nearValue >= MOST_OFFSET || scalar.nearValue <= -MOST_OFFSET))
    reject(
      walk,
      ERRNO.EINVAL,
      `math between ${typeName(type)} pointer and ${scalar.smin} is not allowed`,
      "pointer-arithmetic",
    )
  if (off >= MOST_OFFSET || off <= -MOST_OFFSET)
    reject(walk, ERRNO.EINVAL, `${typeName(type)} pointer offset ${off} is not allowed`, "pointer-arithmetic")
  const { nearSmin } = scalar
  if (nearSmin === -(2 ** 63))
    reject(
      walk,
      ERRNO.EINVAL,
      `math between ${typeName(type)} pointer and register with unbounded min value is not allowed`,
      "pointer-arithmetic",
    )
  if (nearSmin >= MOST_OFFSET || nearSmin <= -MOST_OFFSET)
    reject(
      walk,
      ERRNO.EINVAL,
      `value ${scalar.smin} makes ${typeName(type)} pointer be out of bounds`,
      "pointer-arithmetic",
    )
}
