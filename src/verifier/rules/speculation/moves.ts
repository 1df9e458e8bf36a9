import { type Instruction, operatorOf, takesRegister } from "../../../isa/index.ts"
import { isKnown, OPERATOR, type Scalar } from "../../domain/index.ts"
import { watchesSpeculation } from "../../privileges.ts"
import { ERRNO, Rejection, reject } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import type { Walk } from "../../walk/walk.ts"
import { pushSpeculation } from "./paths.ts"
import { type NoLimit, pointerLimit } from "./pointer-limit.ts"

/** What the instruction is rewritten to, so that no execution, not even one ahead of time, leaves the object. */
export interface Sanitation {
  readonly kind: number
  readonly limit: number
}

/** Bits of the kind: two moves are masked alike when all agree. */
const KIND = { INTO_POINTER: 1, INTO_NUMBER: 2, NEGATIVE: 4, CONSTANT: 8, NUMBERS: 16 } as const

/** A move of a pointer that has begun: which mask it needs, as far as is known before the result is. */
export interface Move extends Sanitation {
  readonly toLeft: boolean
}

type Reason = NoLimit | "bounds" | "paths" | "pending"

/** Additions and subtractions of registers; what adds a constant needs no mask. */
function isMasked(walk: Walk, { opcode }: Instruction): boolean {
  if (!watchesSpeculation(walk.privileges) || !takesRegister(opcode)) return false
  const operator = operatorOf(opcode)
  return operator === OPERATOR.ADD || operator === OPERATOR.SUB
}

/**
 * Before a pointer is moved by a number in a register: it must be one that a mask can hold in its object, by a number whose sign
 * is known. The mask may turn the number to zero, ahead of time: that way is walked too, with the pointer unmoved in `dst`, as
 * it must be in the state by now. Undefined where nothing is masked.
 */
export function beginMove(
  walk: Walk,
  instruction: Instruction,
  pointer: Register,
  number: Scalar,
  reversed: boolean,
): Move | undefined {
  if (!isMasked(walk, instruction)) return undefined
  const known = isKnown(number)
  const negative = number.nearSmin < 0
  let move: Move = { kind: 0, limit: 0, toLeft: false }
  if (!walk.state.speculative) {
    if (!known && negative !== number.nearSmax < 0) refuse(walk, instruction, "bounds")
    const toLeft = (operatorOf(instruction.opcode) === OPERATOR.ADD) === negative
    const limit = pointerLimit(pointer, toLeft)
    if (typeof limit === "string") refuse(walk, instruction, limit)
    const kind =
      (negative ? KIND.NEGATIVE : 0) |
      (known ? KIND.CONSTANT : 0) |
      (reversed ? KIND.INTO_NUMBER : KIND.INTO_POINTER)
    move = { kind, limit, toLeft }
    // The masks of other paths must be found: states that differ in numbers only are told apart from now on.
    if (!known) walk.idMap.everyNumber = true
  }
  if (!known) walkUnmoved(walk, instruction)
  return move
}

/** Behind the move: the mask is as wide as the pointer went at most, and the same on every path. */
export function endMove(walk: Walk, instruction: Instruction, moved: Register, move: Move | undefined): void {
  if (move === undefined || walk.state.speculative) return
  const limit = pointerLimit(moved, move.toLeft)
  if (typeof limit === "string") refuse(walk, instruction, limit)
  agree(walk, instruction, { kind: move.kind, limit: Math.abs((move.limit - limit) | 0) })
}

/** An addition or subtraction of two numbers: no pointer may meet it on another path, where it would be masked. */
export function noteNumbers(walk: Walk, instruction: Instruction): void {
  if (isMasked(walk, instruction)) agree(walk, instruction, { kind: KIND.NUMBERS, limit: 0 })
}

function agree(walk: Walk, instruction: Instruction, { kind, limit }: Sanitation): void {
  const known = walk.sanitations.get(walk.at)
  if (known && (known.kind !== kind || known.limit !== limit)) refuse(walk, instruction, "paths")
  walk.sanitations.set(walk.at, { kind, limit })
}

function walkUnmoved(walk: Walk, instruction: Instruction): void {
  try {
    pushSpeculation(walk, walk.at + 1)
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    refuse(walk, instruction, "pending")
  }
}

function refuse(walk: Walk, { opcode, dst, src }: Instruction, reason: Reason): never {
  const verb = operatorOf(opcode) === OPERATOR.ADD ? "add" : "sub"
  const told = (text: string) =>
    reject(walk, ERRNO.EACCES, `${text}, pointer arithmetic with it prohibited for !root`, "speculation")
  switch (reason) {
    case "bounds":
      return told(`R${src} has unknown scalar with mixed signed bounds`)
    case "type":
      return told(`R${dst} has pointer with unsupported alu operation`)
    case "paths":
      return told(`R${dst} tried to ${verb} from different maps, paths or scalars`)
    case "limit":
      return told(`R${dst} tried to ${verb} beyond pointer bounds`)
    case "pending":
      return told(`R${dst} could not be pushed for speculative verification`)
    default:
      return reason satisfies never
  }
}
