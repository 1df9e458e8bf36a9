import { describe, expect, test } from "vitest"
import { decodeInstructions } from "../isa/index.ts"
import fixture from "./fixtures/golden/arithmetic.json" with { type: "json" }
import { ENGINES } from "./testing/engines.ts"
import { testMachine } from "./testing/test-machine.ts"

describe.each(ENGINES)("%s", (_, engine) => {
  describe.each(fixture.programs)("code of clang -mcpu=$version", ({ entries, code }) => {
    const bytes = Uint8Array.from(atob(code), character => character.charCodeAt(0))
    const program = { instructions: decodeInstructions(bytes, true) }

    test.each(Object.entries(entries))("%s gives what native code gives", (name, entry) => {
      const machine = testMachine([], { fuel: 1_000_000n })
      const rows = fixture.results.filter(([functionName]) => functionName === name)
      expect(rows.length).toBe(81)
      for (const [, a, b, expected] of rows) {
        const result = engine(program, machine, [BigInt(a!), BigInt(b!)], { entry })
        expect(result, `${name}(${a}, ${b})`).toBe(BigInt(expected!))
      }
    })
  })
})
