import type { Instruction } from "../../../isa/index.ts"

/** `goto pc+0`: does nothing, and keeps the distances of jumps right. */
const NOTHING: Instruction = { opcode: 0x05, dst: 0, src: 0, off: 0, imm: 0 }
const LOAD64 = 0x18

/** The program with as many instructions as possible made to do nothing, while `isInteresting` holds. */
export function shrink(
  code: readonly Instruction[],
  isInteresting: (code: readonly Instruction[]) => boolean,
): readonly Instruction[] {
  let best = code
  for (let length = code.length >> 1; length >= 1; length >>= 1) {
    for (let again = true; again; ) {
      again = false
      for (let start = 0; start < code.length; start += length) {
        const candidate = without(best, start, start + length)
        if (candidate === undefined || !isInteresting(candidate)) continue
        best = candidate
        again = length === 1
      }
    }
  }
  return best
}

/** Undefined when nothing would change. */
function without(code: readonly Instruction[], start: number, end: number): Instruction[] | undefined {
  const isInside = (slot: number): boolean => {
    const first = code[slot - 1]?.opcode === LOAD64 ? slot - 1 : slot
    return first >= start && first < end
  }
  const candidate = code.map((instruction, slot) => (isInside(slot) ? NOTHING : instruction))
  const isChanged = candidate.some((instruction, slot) => instruction !== code[slot])
  return isChanged ? candidate : undefined
}
