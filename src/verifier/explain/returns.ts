import { returnCodes } from "../../catalog/details.ts"
import { returnRange } from "../rules/return-values.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { type Explainer, place } from "./failure.ts"
import { describe } from "./words.ts"

/** What r0 may be when a program, callback or global function ends. */
export const explainReturnValue: Explainer = failure => {
  const { walk, called } = failure
  const frame = currentFrame(walk.state)
  const r0 = frame.registers[0]!
  const isProgram = frame.subprogram === 0 && !frame.inCallback
  const range = frame.inCallback
    ? frame.returnRange
    : frame.inAsyncCallback
      ? { min: 0, max: 0 }
      : returnRange(walk)
  const bounds = range ? rangeText(range.min, range.max) : "a number"
  if (called)
    return {
      what: `calls ${called}`,
      known: "the hook returns nothing, or takes only certain values",
      needs: `${bounds}, where the hook returns something`,
      fix: "leave the call out: a void hook has no return value to change",
    }
  return {
    what: `${frame.inCallback ? "ends a callback" : isProgram ? "ends the program" : "ends a global function"} with r0`,
    known: `r0 is ${describe(r0)}`,
    needs: `${bounds}${isProgram ? meaning(walk) : ""}`,
    fix: range
      ? `return ${rangeText(range.min, range.max)} on every way to ${place(failure)}: bound a value that is computed, and do not hand on what a helper returned`
      : "return a number, no address",
    start: { registers: [0] },
  }
}

/** The values that have a meaning, by name. */
function meaning({ program }: Walk): string {
  const { values } = returnCodes(program.type, program.attachType)
  const named = values
    .filter(each => each.value !== undefined)
    .map(each => `${each.name ?? each.value}: ${each.effect}`)
  return named.length > 0 && named.length <= 6 ? ` (${named.join("; ")})` : ""
}

function rangeText(min: number, max: number): string {
  if (min === max) return String(min)
  return max - min === 1 ? `${min} or ${max}` : `a number from ${min} to ${max}`
}
