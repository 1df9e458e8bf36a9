import { describe, expect, test } from "vitest"
import { execute, InstructionFault, type Machine } from "../../engine/index.ts"
import { assemble } from "../../isa/index.ts"
import type { RingBuffer } from "../maps/index.ts"
import { TestHost } from "../testing/test-host.ts"
import { NativeHelpers } from "./native-helpers.ts"

const RINGBUF = 27

/** A ring buffer of 4096 bytes, and what a program with it gives that may make no call in the ordinary way. */
function withRing(): { ring: RingBuffer; run: (text: string) => bigint } {
  const host = new TestHost()
  const ring = host.map(RINGBUF, { keySize: 0, valueSize: 0, maxEntries: 4096 }) as RingBuffer
  const refuse = (): never => {
    throw new Error("the ordinary way")
  }
  const machine: Machine = {
    memory: host.memory.memory,
    stack: { base: host.memory.alloc(8192), size: 8192 },
    natives: new NativeHelpers(host),
    call: refuse,
    callKfunc: refuse,
  }
  const run = (text: string): bigint =>
    execute({ instructions: assemble(text.replaceAll("RING", `${ring.address} ll`)) }, machine)
  return { ring, run }
}

const bytesOf = (ring: RingBuffer): number[][] => ring.records.take().map(({ bytes }) => [...bytes])

describe("a compiled program, without a way through JavaScript,", () => {
  test("writes a record to a ring buffer", () => {
    const { ring, run } = withRing()
    const output = "*(u64 *)(r10 -8) = 258\nr1 = RING\nr2 = r10\nr2 += -8\nr3 = 3\nr4 = FLAGS\ncall 130\nexit"
    expect(run(output.replace("FLAGS", "1"))).toBe(0n)
    expect(run(output.replace("FLAGS", "4"))).toBe(BigInt.asUintN(64, -22n))
    expect(bytesOf(ring)).toEqual([[2, 1, 0]])
  })

  test("is told that there is no room", () => {
    const { ring, run } = withRing()
    const output = "r1 = RING\nr2 = r10\nr2 += -512\nr3 = 512\nr4 = 0\ncall 130\n"
    expect(run(`${output.repeat(8)}exit`)).toBe(BigInt.asUintN(64, -11n))
    expect(bytesOf(ring)).toHaveLength(7)
  })

  test.each([
    [132, [[7, 0, 0, 0, 0, 0, 0, 0]]],
    [133, []],
  ])("reserves a record and gives it back by helper %i", (helper, records) => {
    const { ring, run } = withRing()
    const reserve = "r1 = RING\nr2 = 8\nr3 = FLAGS\ncall 131\nif r0 == 0 goto none\n"
    const text = `${reserve}*(u64 *)(r0 +0) = 7\nr1 = r0\nr2 = 0\ncall ${helper}\nnone: exit`
    expect(run(text.replace("FLAGS", "0"))).toBe(0n)
    expect(run(text.replace("FLAGS", "1"))).toBe(0n)
    expect(bytesOf(ring)).toEqual(records)
    expect(ring.records.pending()).toBe(0)
  })

  test.each([
    [
      "r1 = r10\nr2 = 0\ncall 132\nr0 = 0\nexit",
      2,
      /^instruction 2: .*no ring buffer has a record reserved at 0x/,
    ],
    ["r1 = -8\nr2 = 0\ncall 133\nr0 = 0\nexit", 2, /no ring buffer has a record reserved at 0xffffffff$/],
    ["r1 = RING\nr2 = r10\nr3 = 2147483647\nr4 = 0\ncall 130\nexit", 5, /is no pointer to 2147483647 bytes$/],
  ])("ends in a fault at the call that cannot be: %s", (text, slot, message) => {
    const { run } = withRing()
    const fault = (() => {
      try {
        return run(text)
      } catch (error) {
        return error
      }
    })()
    expect(fault).toBeInstanceOf(InstructionFault)
    expect(fault).toMatchObject({ slot, message: expect.stringMatching(message) })
  })
})
