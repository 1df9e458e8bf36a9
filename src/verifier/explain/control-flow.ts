import { currentFrame } from "../state/state.ts"
import { subprogramOf } from "../walk/subprograms.ts"
import type { Walk } from "../walk/walk.ts"
import { link } from "./chain.ts"
import type { ChainStep } from "./explanation.ts"
import { doing, type Explainer, type Failure } from "./failure.ts"
import { stepsBack } from "./path.ts"
import { sourceAt } from "./source.ts"
import { describe } from "./words.ts"

export const explainInfiniteLoop: Explainer = failure => ({
  what: "comes back to the same instruction with nothing changed",
  known: "every register and stack slot that matters holds what it held a round before",
  needs: "something in each round that brings the loop nearer to its end",
  fix: "count the rounds in a variable that the loop's condition tests, or use bpf_loop(), bpf_for() or may_goto",
  links: round(failure),
})

/** The jumps of the last round. */
function round({ walk, at }: Failure): ChainStep[] {
  const steps: ChainStep[] = []
  for (const step of stepsBack(walk)) {
    if (step.following !== step.at + 1) steps.push(link(walk, step.at, "jumps"))
    if (step.at === at || steps.length > 8) break
  }
  return steps.reverse()
}

export const explainBackEdge: Explainer = () => ({
  what: "jumps back",
  known: "the program is loaded without CAP_BPF",
  needs: "code without loops",
  fix: "unroll the loop (`#pragma unroll`), or load with CAP_BPF",
})

export const explainTooComplex: Explainer = ({ walk }) => ({
  what: "has more ways than the verifier follows",
  known: `${walk.counters.processed.toLocaleString("en")} instructions were walked, ${walk.pending.length.toLocaleString("en")} ways wait; ${hottest(walk)}`,
  needs: "at most 1,000,000 instructions over all ways, and 8,192 ways that wait",
  fix: "use bpf_loop() or bpf_for() for long loops; put what stands in loops into global functions, which are checked once; compute instead of branching where values are only selected",
})

/** Where the walk stood most of the time: the instruction with the most stored states. */
function hottest({ explored, program }: Walk): string {
  let most = 0
  let place = 0
  explored.forEach((list, at) => {
    const count = list === undefined ? 0 : Array.isArray(list) ? list.length : 1
    if (count > most) {
      most = count
      place = at
    }
  })
  const line = sourceAt(program.lines, place)
  return line
    ? `most states are kept at line ${line.line}: ${line.text}`
    : `most states are kept at instruction ${place}`
}

export const explainUnreachable: Explainer = failure => ({
  what: "cannot be reached from the start of the program",
  known: `no jump, call or instruction before leads to instruction ${failure.at}`,
  needs: "code that can be reached as a whole",
  fix: "remove what stands behind an endless loop, an exit or a jump; compilers leave none, so look at inline assembly and at hand-made instructions",
})

export const explainJumpTarget: Explainer = failure => {
  const { start, end, name } = subprogramOf(
    failure.walk,
    Math.min(failure.at, failure.walk.code.length - 1),
  ) ?? { start: 0, end: failure.walk.code.length, name: "the program" }
  return {
    what: "jumps or runs to where no instruction of the function begins",
    known: `${name} has instructions ${start} to ${end - 1}`,
    needs: "jumps inside of the function, to the first half of an instruction",
    fix: "a jump's offset counts slots from the instruction behind it, 64-bit loads take two; for other functions use calls",
  }
}

export const explainProgramEnd: Explainer = failure => ({
  what: "runs past the end of the function",
  known: `its last instruction is number ${failure.at}, and neither exit nor a jump`,
  needs: "functions that end in an exit or a jump",
  fix: "return on every way; a call of a function that never returns is followed by nothing, so put a return behind it",
})

export const explainEncoding: Explainer = failure => ({
  what: doing(failure),
  known: `opcode 0x${failure.instruction.opcode.toString(16)}, dst ${failure.instruction.dst}, src ${failure.instruction.src}, off ${failure.instruction.off}, imm ${failure.instruction.imm}`,
  needs: `an instruction that Linux ${failure.walk.kernel.release} knows, its unused parts zero`,
  fix: "compile for an older instruction set (-mcpu=v3, -mcpu=v2), or load on a newer kernel; hand-made instructions: clear what they do not use",
})

export const explainConstantArithmetic: Explainer = failure => ({
  what: /div/.test(failure.message)
    ? "divides by the constant 0"
    : `shifts by the constant ${failure.instruction.imm}`,
  known: `r${failure.instruction.dst} is ${describe(currentFrame(failure.walk.state).registers[failure.instruction.dst]!)}`,
  needs: /div/.test(failure.message)
    ? "a divisor that is not 0"
    : "a shift from 0 to one less than the register's bits",
  fix: "correct the constant; divisors in registers may be 0, the result is 0 then",
  start: { registers: [failure.instruction.dst] },
})
