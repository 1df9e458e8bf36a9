import type { ExecutableProgram } from "../../engine/index.ts"
import { PSEUDO_CALL } from "../../isa/index.ts"
import { rememberTypes, typesOf } from "../fields/index.ts"

/** A function of a program, by its first slot, and the program that stands in for it. */
export interface Replacement {
  readonly start: number
  readonly by: ExecutableProgram
}

/** BPF_JMP | BPF_CALL. */
const CALL = 0x85

/** A program whose calls of some functions go to others, which are put behind its end. */
export function replaceFunctions(
  program: ExecutableProgram,
  replacements: readonly Replacement[],
): ExecutableProgram {
  const whole = replacements.find(({ start }) => start === 0)
  if (whole) return whole.by
  if (replacements.length === 0) return program
  const instructions = [...program.instructions]
  const placed: { readonly at: number; readonly by: ExecutableProgram }[] = []
  for (const { start, by } of replacements) {
    const at = instructions.length
    program.instructions.forEach((instruction, slot) => {
      const isCall = instruction.opcode === CALL && instruction.src === PSEUDO_CALL.SUBPROGRAM
      if (isCall && slot + 1 + instruction.imm === start)
        instructions[slot] = { ...instruction, imm: at - slot - 1 }
    })
    instructions.push(...by.instructions)
    placed.push({ at, by })
  }
  const replaced: ExecutableProgram = {
    ...program,
    instructions,
    describe: slot => {
      const where = placed.findLast(({ at }) => at <= slot)
      return where ? where.by.describe?.(slot - where.at) : program.describe?.(slot)
    },
  }
  const types = typesOf(program)
  if (types) rememberTypes(replaced, types)
  return replaced
}
