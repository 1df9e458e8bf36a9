import { describe, expect, test } from "vitest"
import type { Machine } from "./machine.ts"
import type { NativeCall } from "./native-calls.ts"
import { executeOptimised, executeQuickly } from "./testing/engines.ts"
import { DATA, testMachine, testProgram } from "./testing/test-machine.ts"

const MAP = 0x1234
const ORDINARY = 999n

/** A machine whose helper 1, on the map, is `call`. The ordinary way gives 999. */
function machineWith(call: (memory: WebAssembly.Memory) => NativeCall): Machine {
  const machine = testMachine([() => ORDINARY])
  const native = call(machine.memory)
  const find = (helper: number, map: number | undefined) => (helper === 1 && map === MAP ? native : undefined)
  return { ...machine, natives: { start: DATA, find } }
}

const ARRAY: NativeCall = { kind: "element", base: 0x2_8000, entries: 3, stride: 24 }

/** Gives the 32 bits that r2 points to. */
const reader = (memory: WebAssembly.Memory): NativeCall => ({
  kind: "function",
  function: (map, address) => map! + new DataView(memory.buffer).getInt32(address!, true),
  args: [
    { kind: "constant", value: 0 },
    { kind: "pointer", register: 2, bytes: 4 },
  ],
  result: "signed",
})

describe.each([
  ["quick tier", executeQuickly],
  ["optimising tier", executeOptimised],
] as const)("%s: a native call", (_, run) => {
  const lookup = (address: string) => `r1 = ${MAP} ll\nr2 = ${address}\ncall 1\nexit`

  test.each([
    [0, 0x2_8000n],
    [2, 0x2_8000n + 48n],
    [3, 0n],
    [-1, 0n],
  ])("finds the element of index %i", (index, expected) => {
    const machine = machineWith(() => ARRAY)
    new DataView(machine.memory.buffer).setInt32(DATA, index, true)
    expect(run(testProgram(lookup(String(DATA))), machine)).toBe(expected)
  })

  test.each(["0", String(DATA - 1), "0x2fffd", "0x100010000 ll", "-4"])(
    "goes the ordinary way when r2 is %s",
    address =>
      expect(
        run(
          testProgram(lookup(address)),
          machineWith(() => ARRAY),
        ),
      ).toBe(ORDINARY),
  )

  test("goes the ordinary way for a map that is not known where it stands", () => {
    const text = `r1 = ${MAP} ll\nif r3 == 0 goto pc+0\nr2 = ${DATA}\ncall 1\nexit`
    expect(
      run(
        testProgram(text),
        machineWith(() => ARRAY),
      ),
    ).toBe(ORDINARY)
  })

  test("extends the sign of what a function gives", () => {
    const machine = machineWith(reader)
    new DataView(machine.memory.buffer).setInt32(DATA, -7, true)
    expect(BigInt.asIntN(64, run(testProgram(lookup(String(DATA))), machine))).toBe(-7n)
  })

  test("finds in memory what the program keeps of its frame", () => {
    const text =
      "*(u64 *)(r10 -16) = 5\nr4 = 0\nagain: r3 = *(u64 *)(r10 -16)\nr3 += 1\n*(u64 *)(r10 -16) = r3\n" +
      `r4 += 1\nif r4 != 10 goto again\n${lookup("0x23ff0")}`
    expect(run(testProgram(text), machineWith(reader))).toBe(15n)
  })

  test("on a memory that has no room for the key goes the ordinary way", () => {
    const machine = machineWith(() => ARRAY)
    const natives = { ...machine.natives!, start: machine.memory.buffer.byteLength - 2 }
    expect(run(testProgram(lookup(String(natives.start))), { ...machine, natives })).toBe(ORDINARY)
  })
})
