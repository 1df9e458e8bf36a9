import { describe, expect, test } from "vitest"
import { assemble, encodeInstructions } from "../../src/isa/index.ts"
import { readObject } from "../../src/object/index.ts"
import { buildElf, EXECUTABLE } from "./elf-builder.ts"

// Files that are small and well-formed, but ask for endless work or memory.
const code = (text: string) => encodeInstructions(assemble(text), true)
const exits = (count: number) => code("exit\n".repeat(count))
const LIMIT_MS = 2000

function timed<T>(action: () => T): T {
  const start = performance.now()
  try {
    return action()
  } finally {
    expect(performance.now() - start).toBeLessThan(LIMIT_MS)
  }
}

describe("readObject stays within bounds of time and memory for", () => {
  test("programs that overlap: the sum of their instructions is limited", () => {
    const symbols = Array.from({ length: 5000 }, (_, i) => ({
      name: `p${i}`,
      section: 0,
      value: 0,
      size: 8 * 2000,
    }))
    const bytes = buildElf([{ name: "xdp", flags: EXECUTABLE, bytes: exits(2000) }], symbols)
    expect(bytes.length).toBeLessThan(300_000)
    expect(() => timed(() => readObject(bytes))).toThrow("have more than 4000000 instructions in total")
  })

  test("a chain of 20,000 subprograms, each calling the next", () => {
    const length = 20_000
    const text = new Uint8Array(16 * length)
    const call = new Uint8Array([0x85, 0x10, 0, 0, 0, 0, 0, 0])
    const exit = exits(1)
    // Slot 2i calls slot 2(i + 1): one instruction, the exit, lies between.
    for (let i = 0; i < length; i++) {
      text.set(i + 1 < length ? [...call.slice(0, 4), 1, 0, 0, 0] : exit, 16 * i)
      text.set(exit, 16 * i + 8)
    }
    const sections = [
      { name: ".text", flags: EXECUTABLE, bytes: text },
      {
        name: "xdp",
        flags: EXECUTABLE,
        bytes: new Uint8Array([0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff, ...exit]),
      },
    ]
    const functions = Array.from({ length }, (_, i) => ({
      name: `f${i}`,
      section: 0,
      value: 16 * i,
      size: 16,
      info: 2,
    }))
    const entry = { name: "entry", section: 1, value: 0, size: 16 }
    const bytes = buildElf(sections, [...functions, entry])
    // Without a relocation, the call goes to slot 0 of .text: the instruction's own place plus imm plus one.
    const object = timed(() => readObject(bytes))
    expect(object.programs[0]?.problem).toBeUndefined()
    expect(object.programs[0]?.functions).toHaveLength(length + 1)
    expect(object.programs[0]?.instructions).toHaveLength(2 * length + 2)
  })

  test("sections that overlap: each may be copied", () => {
    const bytes = buildElf(
      Array.from({ length: 1000 }, (_, i) => ({
        name: `.data.d${i}`,
        bytes: new Uint8Array(8),
        size: i < 900 ? 8000 : 8,
      })),
      [],
    )
    expect(() => timed(() => readObject(bytes))).toThrow("sections overlap")
  })

  test("a .bss of 2 GiB, which is only a number", () => {
    const bytes = buildElf([{ name: ".bss", type: 8, size: 2 ** 31 }], [])
    expect(timed(() => readObject(bytes)).maps[0]).toMatchObject({ valueSize: 2 ** 31, data: undefined })
  })

  test("a .bss that no map holds", () => {
    const bytes = buildElf([{ name: ".bss", type: 8, size: 2 ** 40 }], [])
    expect(() => readObject(bytes)).toThrow("sec '.bss': 1099511627776 bytes do not fit a map value")
  })

  test("a name of a megabyte", () => {
    const bytes = buildElf([], [{ name: "x".repeat(1 << 20), section: 0, value: 0, size: 8 }])
    expect(() => timed(() => readObject(bytes))).toThrow("is longer than 4096 bytes")
  })
})

describe("a program that opens and cannot be linked", () => {
  const call = (imm: number) => [0x85, 0x10, 0, 0, imm & 0xff, 0xff, 0xff, 0xff]

  test("has the reason as its problem", () => {
    const bytes = buildElf(
      [{ name: "xdp", flags: EXECUTABLE, bytes: new Uint8Array([...call(-1), ...exits(1)]) }],
      [{ name: "entry", section: 0, value: 0, size: 16 }],
    )
    expect(readObject(bytes).programs[0]?.problem).toBe(
      "prog 'entry': failed to relocate calls: insn #0 of 'entry': no function in .text at slot 0",
    )
  })
})

describe("a function symbol", () => {
  const one = (value: number, size: number) =>
    buildElf([{ name: "xdp", flags: EXECUTABLE, bytes: exits(4) }], [{ name: "p", section: 0, value, size }])

  test.each([
    [8, 32, "program 'p' at offset 8 crosses the section boundary at 32"],
    [0, 0, "corrupted program 'p', offset 0, size 0"],
    [4, 8, "corrupted program 'p', offset 4, size 8"],
    [0, 12, "corrupted program 'p', offset 0, size 12"],
  ])("at %i of %i bytes is refused", (value, size, message) => {
    expect(() => readObject(one(value, size))).toThrow(message)
  })
})
