import { describe, expect, test } from "vitest"
import { assemble } from "../isa/index.ts"
import { InstructionFault } from "./instruction-fault.ts"
import { type Machine, ProgramExit, TailCall } from "./machine.ts"
import { DATA, testMachine } from "./testing/test-machine.ts"
import { Runner } from "./wasm/runner.ts"

const RESULTS = DATA + 1024

function program(text: string) {
  return { instructions: assemble(text) }
}

function results(machine: Machine, count: number): bigint[] {
  const view = new DataView(machine.memory.buffer)
  return Array.from({ length: count }, (_, index) => view.getBigUint64(RESULTS + 8 * index, true))
}

describe.each(["quick", "optimising"] as const)("a runner, %s tier", tier => {
  test("runs once with a context and gives the low half of r0", () => {
    const runner = new Runner(program("r0 = r1\nr0 <<= 1\nr0 |= r2\nexit"), testMachine([]), { tier })
    expect(runner.run(21)).toBe(42)
    expect(runner.run(0x4000_0000)).toBe(-0x8000_0000)
  })

  test("runs over many contexts, and leaves all of r0 in memory", () => {
    const machine = testMachine([])
    const runner = new Runner(program("r0 = *(u32 *)(r1 +0)\nr0 <<= 33\nexit"), machine, { tier })
    const view = new DataView(machine.memory.buffer)
    for (let index = 0; index < 5; index++) view.setUint32(DATA + 16 * index, index + 1, true)
    runner.runEach(DATA, 16, 5, RESULTS)
    expect(results(machine, 6)).toEqual([1n << 33n, 2n << 33n, 3n << 33n, 4n << 33n, 5n << 33n, 0n])
    expect(() => runner.runEach(DATA, 16, 5, 2 ** 40)).toThrow("results of 5 runs need memory")
  })

  test("gives each run fuel of its own, and stops at a fault with the results before it", () => {
    const machine = testMachine([], { fuel: 10n })
    const text = "r0 = 1\nr0 += r1\nif r1 != 3 goto pc+1\nr0 = *(u8 *)(r1 -100)\nexit"
    const runner = new Runner(program(text), machine, { tier })
    expect(() => runner.runEach(0, 1, 9, RESULTS)).toThrow(InstructionFault)
    expect(results(machine, 4)).toEqual([1n, 2n, 3n, 0n])
    expect(runner.run(1)).toBe(2)
  })

  test("counts the tail calls of each run apart", () => {
    const target = program("r0 = 7\nexit")
    const machine = testMachine([() => new TailCall(target)])
    const runner = new Runner(program("call 1\nr0 = 9\nexit"), machine, { tier })
    runner.runEach(0, 0, 100, RESULTS)
    expect(new Set(results(machine, 100))).toEqual(new Set([7n]))
  })

  test("goes on behind a run that ends by an exception", () => {
    const machine = testMachine([([r1]) => (r1 === 1n ? new ProgramExit(0x1_0000_0005n) : r1)])
    const runner = new Runner(program("call 1\nr0 += 40\nexit"), machine, { tier })
    runner.runEach(0, 1, 3, RESULTS)
    expect(results(machine, 3)).toEqual([40n, 0x1_0000_0005n, 42n])
    runner.runEach(0, 1, 2, RESULTS)
    expect(results(machine, 2)).toEqual([40n, 0x1_0000_0005n])
  })

  test("runs inside of another run", () => {
    const inner = program("r0 = r1\nr0 += 1\nexit")
    const machine: Machine = testMachine([
      ([r1]) => BigInt(new Runner(inner, machine, { tier }).run(Number(r1))),
    ])
    const outer = new Runner(program("call 1\nr0 *= 10\nexit"), machine, { tier })
    expect(outer.run(3)).toBe(40)
    expect(outer.run(4)).toBe(50)
  })
})

test("a program that becomes hot is compiled anew, and nobody notices", () => {
  const machine = testMachine([])
  const runner = new Runner(program("r0 = *(u8 *)(r1 +0)\nr0 += r1\nexit"), machine)
  for (let run = 0; run < 2000; run++) expect(runner.run(DATA)).toBe(DATA)
})
