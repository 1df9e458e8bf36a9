import type { FunctionDefinition } from "../encode/module.ts"
import { EACH_FUNCTION, EACH_NAME, GLOBAL, RESULT_BYTES } from "../layout.ts"
import { FunctionCode } from "./function-code.ts"

const [CONTEXT, STEP, COUNT, RESULTS, FRAME, RESULT] = [0, 1, 2, 3, 4, 5]

/** The entry for many runs: a loop around the program's first function. Each run has fuel of its own. */
export function eachFunction(first: number, parameters: number): FunctionDefinition {
  const code = new FunctionCode()
  code.open("block").open("loop")
  code.get(COUNT).op("i32.eqz").branch("br_if", 1)
  code.getGlobal(GLOBAL.budget).setGlobal(GLOBAL.fuel)
  code.get(COUNT).setGlobal(GLOBAL.runs)
  code.get(RESULTS)
  code.get(FRAME)
  if (parameters > 0) code.get(CONTEXT).op("i64.extend_i32_u")
  for (let register = 2; register <= parameters; register++) code.i64(0)
  code.call(first).tee(RESULT).memory("i64.store")
  code.get(CONTEXT).get(STEP).op("i32.add").set(CONTEXT)
  code.get(RESULTS).i32(RESULT_BYTES).op("i32.add").set(RESULTS)
  code.get(COUNT).i32(1).op("i32.sub").set(COUNT)
  code.branch("br", 0).op("end", "end")
  code.get(RESULT).op("i32.wrap_i64", "end")
  return { name: EACH_NAME, type: EACH_FUNCTION, locals: ["i64"], code: code.bytes }
}
