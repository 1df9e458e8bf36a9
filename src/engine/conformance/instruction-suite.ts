import { arithmeticPrograms } from "./arithmetic-cases.ts"
import { callPrograms } from "./call-cases.ts"
import { jumpPrograms } from "./jump-cases.ts"
import { memoryPrograms } from "./memory-cases.ts"
import { hex } from "./operands.ts"
import { type ReferenceWorld, runReference } from "./reference-machine.ts"
import {
  FRAME_POINTER,
  helperResult,
  LOOP_BUDGET,
  PACKET,
  PATTERN,
  type SuiteProgram,
  type SuiteRun,
  WINDOW,
  WINDOW_WORDS,
} from "./suite.ts"

/** Every instruction of RFC 9669, and the later ones, on edge operands. */
export function instructionSuite(): SuiteProgram[] {
  return [...arithmeticPrograms(), ...jumpPrograms(), ...memoryPrograms(), ...callPrograms()]
}

export function countCases(programs: readonly SuiteProgram[]): number {
  return programs.flatMap(({ runs }) => runs).reduce((sum, { cases }) => sum + cases.length, 0)
}

/** What a run leaves: r0, and the words of the window that its cases look at. */
export interface RunResult {
  readonly result: bigint
  readonly words: BigUint64Array
}

/** What a window holds before a run. */
export function initialWords({ words = [] }: SuiteRun): BigUint64Array {
  const initial = PATTERN.slice()
  initial.set(words)
  return initial
}

export function argumentsOf({ args }: SuiteRun): bigint[] {
  return [...Array.from({ length: 4 }, (_, index) => args[index] ?? 0n), BigInt(WINDOW)]
}

const memory = new Uint8Array(0x3_0000)

/** The world of all runs: they share its memory. */
export function referenceWorld(): ReferenceWorld {
  return {
    memory,
    framePointer: FRAME_POINTER,
    call: helperResult,
    packet: PACKET,
    loopBudget: LOOP_BUDGET,
  }
}

export function expectedResult({ code }: SuiteProgram, run: SuiteRun): RunResult {
  const window = new BigUint64Array(memory.buffer, WINDOW, WINDOW_WORDS)
  window.set(initialWords(run))
  const end = Math.max(...run.cases.map(({ first, count = 1 }) => first + count))
  return { result: runReference(code, referenceWorld(), argumentsOf(run)), words: window.slice(0, end) }
}

/** A sentence for each case of a run whose words are not the expected ones. */
export function differences(run: SuiteRun, expected: RunResult, given: RunResult): string[] {
  const wrong = run.cases.flatMap(({ name, first, count = 1 }) => {
    for (let word = first; word < first + count; word++) {
      const [left, right] = [expected.words[word]!, given.words[word]!]
      if (left !== right) return [`${name}: ${hex(right)}, expected ${hex(left)}`]
    }
    return []
  })
  if (expected.result === given.result) return wrong
  return [...wrong, `${run.cases[0]?.name}: r0 is ${hex(given.result)}, expected ${hex(expected.result)}`]
}
