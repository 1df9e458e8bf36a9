import type { ExecutableProgram } from "../../engine/index.ts"
import { type Instruction, LOAD64_OPCODE, PSEUDO_CALL, PSEUDO_LOAD } from "../../isa/index.ts"
import { rememberTypes, typesOf } from "../fields/index.ts"
import { trampoline } from "./trampoline.ts"

/** A function of a program, by its first slot, and the program that stands in for it. */
export interface Replacement {
  readonly start: number
  readonly by: ExecutableProgram
}

/** A function of a program whose calls others watch: `id` is told at entry and return, with so many arguments. */
export interface Traced {
  readonly start: number
  readonly id: number
  readonly count: number
}

/** BPF_JMP | BPF_CALL. */
const CALL = 0x85

/** A program whose calls of some functions go to others, which are put behind its end. */
export function replaceFunctions(
  program: ExecutableProgram,
  replacements: readonly Replacement[],
  traced: readonly Traced[] = [],
): ExecutableProgram {
  const whole = replacements.find(({ start }) => start === 0)
  if (whole) return whole.by
  if (replacements.length + traced.length === 0) return program
  const instructions = [...program.instructions]
  const placed: { readonly at: number; readonly by: ExecutableProgram }[] = []
  for (const { start, by } of replacements) {
    const at = instructions.length
    redirect(program, instructions, start, at)
    instructions.push(...by.instructions)
    placed.push({ at, by })
  }
  for (const each of traced.filter(({ start }) => start !== 0)) {
    const at = instructions.length
    redirect(program, instructions, each.start, at)
    instructions.push(...trampoline(each.id, each.count, call => each.start - at - call - 1))
  }
  const main = traced.find(({ start }) => start === 0)
  // Whoever runs the program begins at its first slot: what watches that function is put before it.
  const before = main ? trampoline(main.id, main.count, (call, length) => length - call - 1) : []
  instructions.unshift(...before)
  const shift = before.length
  const replaced: ExecutableProgram = {
    ...program,
    instructions,
    ...(program.entries && { entries: program.entries.map(slot => slot + shift) }),
    describe: slot => {
      const where = placed.findLast(({ at }) => at <= slot - shift)
      if (where) return where.by.describe?.(slot - shift - where.at)
      return program.describe?.(Math.max(slot - shift, 0))
    },
  }
  const types = typesOf(program)
  if (types) {
    const { exceptionCallback: callback } = types
    rememberTypes(replaced, {
      ...types,
      ...(callback !== undefined && { exceptionCallback: callback + shift }),
    })
  }
  return replaced
}

/** Makes calls of the function at `start`, and what takes its address, mean the one at `to`. */
function redirect(
  { instructions: own }: ExecutableProgram,
  instructions: Instruction[],
  start: number,
  to: number,
): void {
  own.forEach((instruction, slot) => {
    const { opcode, src, imm } = instruction
    const isCall = opcode === CALL && src === PSEUDO_CALL.SUBPROGRAM
    const isAddress = opcode === LOAD64_OPCODE && src === PSEUDO_LOAD.FUNC
    if ((isCall || isAddress) && slot + 1 + imm === start)
      instructions[slot] = { ...instruction, imm: to - slot - 1 }
  })
}
