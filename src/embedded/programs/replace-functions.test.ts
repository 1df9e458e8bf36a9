import { expect, test } from "vitest"
import type { ExecutableProgram } from "../../engine/index.ts"
import type { Instruction } from "../../isa/index.ts"
import { replaceFunctions } from "./replace-functions.ts"

const call = (imm: number): Instruction => ({ opcode: 0x85, dst: 0, src: 1, off: 0, imm })
const move = (imm: number): Instruction => ({ opcode: 0xb7, dst: 0, src: 0, off: 0, imm })
const exit: Instruction = { opcode: 0x95, dst: 0, src: 0, off: 0, imm: 0 }

/** Calls a function at 3 and one at 5. */
const program: ExecutableProgram = {
  instructions: [call(2), call(3), exit, move(1), exit, move(2), exit],
  describe: slot => `own ${slot}`,
}
const other: ExecutableProgram = { instructions: [move(9), exit], describe: slot => `other ${slot}` }

test("calls of a function go to the program that stands in for it, others stay", () => {
  const replaced = replaceFunctions(program, [{ start: 3, by: other }])
  expect(replaced.instructions.slice(0, 2)).toEqual([call(6), call(3)])
  expect(replaced.instructions.slice(7)).toEqual(other.instructions)
  expect([replaced.describe?.(1), replaced.describe?.(8)]).toEqual(["own 1", "other 1"])
})

test("in place of the first function the whole program is another one", () => {
  expect(replaceFunctions(program, [{ start: 0, by: other }])).toBe(other)
  expect(replaceFunctions(program, [])).toBe(program)
})
