import { expect, test } from "vitest"
import { formatInstruction, type Instruction } from "../isa/index.ts"
import { compareEngines } from "./testing/compare-engines.ts"
import { Random, randomProgram } from "./testing/random-program.ts"

const COUNT = 1000

function listing(instructions: readonly Instruction[]): string {
  return instructions.map((_, slot) => `${slot}: ${formatInstruction(instructions, slot)}`).join("\n")
}

test.each([
  ["valid", {}],
  ["valid, with helpers", { helpers: 2 }],
  ["wild", { wild: true, helpers: 2 }],
] as const)(
  `%s programs do the same compiled as interpreted (${COUNT} of them)`,
  { timeout: 3_600_000 },
  (_, options) => {
    let finished = 0
    for (let seed = 1; seed <= COUNT; seed++) {
      const instructions = randomProgram(new Random(seed * 7919), options)
      const outcome = compareEngines(instructions)
      if (outcome === "same") finished++
      else if (outcome !== "out of fuel")
        expect(outcome[1], `seed ${seed}\n${listing(instructions)}`).toEqual(outcome[0])
    }
    expect(finished).toBeGreaterThan(COUNT / 2)
  },
)
