import { describe, expect, test } from "vitest"
import { assemble } from "../../isa/index.ts"
import type { ExecutableProgram } from "../machine.ts"
import { ENGINES } from "../testing/engines.ts"
import { testMachine } from "../testing/test-machine.ts"
import {
  argumentsOf,
  countCases,
  differences,
  expectedResult,
  initialWords,
  instructionSuite,
  referenceWorld,
} from "./instruction-suite.ts"
import { LITERAL_CASES } from "./literal-cases.ts"
import { runReference } from "./reference-machine.ts"
import { helperResult, LOOP_BUDGET, PACKET, type SuiteProgram, WINDOW, WINDOW_WORDS } from "./suite.ts"

const PROGRAMS = instructionSuite().map(program => ({ ...program, count: countCases([program]) }))
const expectations = new Map(
  PROGRAMS.map(program => [program.name, program.runs.map(run => expectedResult(program, run))]),
)

const machine = testMachine([], {
  call: (id, args) => helperResult(BigInt(id), args),
  loadPacket: (_context, offset, size) => {
    if (offset < 0 || offset + size > PACKET.length) return undefined
    const view = new DataView(PACKET.buffer, offset)
    return size === 4 ? view.getUint32(0) : size === 2 ? view.getUint16(0) : view.getUint8(0)
  },
  loopBudget: LOOP_BUDGET,
})

test(`the suite has ${countCases(PROGRAMS)} cases in ${PROGRAMS.length} programs`, () => {
  expect(countCases(PROGRAMS)).toBeGreaterThanOrEqual(3000)
  expect(new Set(PROGRAMS.map(({ name }) => name)).size).toBe(PROGRAMS.length)
})

/** Runs code to its r0. */
type Runner = (code: ExecutableProgram["instructions"], args: readonly bigint[]) => bigint

const RUNNERS: readonly (readonly [name: string, run: Runner])[] = [
  ["the reference", (code, args) => runReference(code, referenceWorld(), args)],
  ...ENGINES.map(([name, engine]): readonly [string, Runner] => [
    name,
    (instructions, args) => engine({ instructions }, machine, args),
  ]),
]

describe.each(RUNNERS)("what RFC 9669 says, by %s", (_, run) => {
  test.each(LITERAL_CASES)("$rule", ({ text, r1 = 0n, r2 = 0n, r0 }) => {
    expect(run(assemble(`${text}\nexit`), [r1, r2])).toBe(r0)
  })
})

describe.each(ENGINES)("%s", (_, engine) => {
  test.each(PROGRAMS)("$name: $count cases", ({ name, code, runs }: SuiteProgram) => {
    const program = { instructions: code }
    const window = new BigUint64Array(machine.memory.buffer, WINDOW, WINDOW_WORDS)
    const wrong = runs.flatMap((run, index) => {
      window.set(initialWords(run))
      const result = engine(program, machine, argumentsOf(run))
      return differences(run, expectations.get(name)![index]!, { result, words: window })
    })
    expect(wrong).toEqual([])
  })
})
