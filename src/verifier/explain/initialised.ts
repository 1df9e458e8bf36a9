import { calledName } from "../rules/callback-calls.ts"
import { chainOf } from "./chain.ts"
import { doing, type Explainer, place } from "./failure.ts"

/** A register is read that holds nothing on this way. */
export const explainUninitialisedRegister: Explainer = failure => {
  const { walk, register = 0 } = failure
  const lost = chainOf(walk, { registers: [register] }).at(-1)
  const call = lost?.does.startsWith("clobbers") ? lost : undefined
  const isResult = register === 0 && failure.called === undefined && !failure.access
  return {
    what: register === 0 && isResult ? "ends with what r0 holds, or uses it" : doing(failure),
    known: call
      ? `r${register} held something until ${callee(walk, call.instruction)} was called (instruction ${call.instruction}): calls leave nothing in r1 to r5`
      : `nothing was written to r${register} on this way`,
    needs: "a register that was written on every way that leads here",
    fix: call
      ? `keep the value in r6 to r9 or on the stack; in C, give the variable a value again after the call`
      : register === 0
        ? "return a value on every way; in C, a function that is not void must not run past its end"
        : `give the variable a value on every way before ${place(failure)}; a function takes only the arguments of its prototype`,
  }
}

function callee(walk: Parameters<typeof calledName>[0], at: number): string {
  return calledName(walk, at)?.name ?? "a function"
}
