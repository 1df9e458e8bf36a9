import { add } from "../domain/arithmetic.ts"
import { constantOf, draft } from "../domain/index.ts"
import type { LinkedRegister } from "../state/history.ts"
import { ADDED_CONSTANT, copyRegister, type Register } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { BYTE, byteKind, isSpill } from "../state/stack-slot.ts"
import type { State } from "../state/state.ts"

/** So many registers can learn from one jump; others lose their link. */
const MOST_LINKED = 6

/** The registers and spilled registers that share an id with the operands of a jump. */
export function collectLinked(
  state: State,
  operands: readonly (Register | undefined)[],
  limited = true,
): LinkedRegister[] {
  const found: LinkedRegister[] = []
  for (const operand of operands) {
    if (operand?.type !== TYPE.SCALAR || operand.id === 0) continue
    const id = operand.id & ~ADDED_CONSTANT
    const note = (register: Register, entry: LinkedRegister) => {
      if (register.type !== TYPE.SCALAR || (register.id & ~ADDED_CONSTANT) !== id) return
      if (found.length < MOST_LINKED || !limited) found.push(entry)
      else register.id = 0
    }
    for (let frame = state.frames.length - 1; frame >= 0; frame--) {
      const { registers, stack } = state.frames[frame]!
      for (let index = 0; index < 10; index++) note(registers[index]!, { frame, spilled: false, index })
      stack.forEach((slot, index) => {
        // Once only numbers that were spilled whole stayed linked.
        if (limited ? isSpill(slot) : byteKind(slot, 0) === BYTE.SPILL)
          note(slot.register, { frame, spilled: true, index })
      })
    }
  }
  return found
}

/** What a jump told of one register holds for its copies, shifted by the distance between them. */
export function spreadKnowledge(state: State, known: Register, linked: readonly LinkedRegister[]): void {
  for (const { frame, spilled, index } of linked) {
    const { registers, stack } = state.frames[frame]!
    const register = spilled ? stack[index]!.register : registers[index]!
    if (register.type !== TYPE.SCALAR || register === known) continue
    if ((register.id & ~ADDED_CONSTANT) !== (known.id & ~ADDED_CONSTANT)) continue
    const { lowWrittenAt, off, id } = register
    const together = !((register.id | known.id) & ADDED_CONSTANT) || off === known.off
    copyRegister(register, known)
    register.lowWrittenAt = lowWrittenAt
    if (together) continue
    register.off = off
    register.id = id
    const moved = draft(known.scalar)
    add(moved, constantOf(off - known.off))
    register.scalar = moved
  }
}
