import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { AttachError } from "../../base/index.ts"
import { executableOf } from "./executable.ts"
import { buildElf, DATA, TEXT } from "./testing/build-elf.ts"
import { parseUsdtArguments } from "./usdt-arguments.ts"
import { findUsdtPlaces, readUsdtNotes } from "./usdt-notes.ts"

const PLAIN = { value: 0n, register: 0, index: 0, scaleShift: 0, isSigned: false }

describe("USDT notes", () => {
  const notes = [
    {
      location: TEXT.address + 8n,
      base: 0x5000n,
      semaphore: DATA.address + 2n,
      texts: ["app", "go", "4@%eax"],
    },
    { location: TEXT.address + 64n, base: 0x5000n, texts: ["app", "go", ":"] },
    { location: TEXT.address, texts: ["app", "stop", ""] },
    { location: 0x10n, texts: ["app", "nowhere", ""] },
    { location: TEXT.address, semaphore: TEXT.address, texts: ["app", "wrong", ""] },
  ]
  const file = executableOf(buildElf({ notes, base: 0x5000n }), "app")

  test("tell provider, name, addresses and arguments", () => {
    expect(readUsdtNotes(file).slice(0, 2)).toEqual([
      {
        provider: "app",
        name: "go",
        location: TEXT.address + 8n,
        base: 0x5000n,
        semaphore: DATA.address + 2n,
        arguments: "4@%eax",
      },
      {
        provider: "app",
        name: "go",
        location: TEXT.address + 64n,
        base: 0x5000n,
        semaphore: 0n,
        arguments: "",
      },
    ])
  })

  test("lead to every place in the file", () => {
    expect(findUsdtPlaces(file, "app", "go")).toEqual([
      { offset: 0x1008n, semaphore: 0x2802n, address: TEXT.address + 8n, arguments: "4@%eax" },
      { offset: 0x1040n, semaphore: 0n, address: TEXT.address + 64n, arguments: "" },
    ])
  })

  test("move with .stapsdt.base", () => {
    const moved = executableOf(buildElf({ notes, base: 0x5100n }))
    expect(findUsdtPlaces(moved, "app", "go")[0]?.offset).toBe(0x1108n)
    // A note without a base was never moved.
    expect(findUsdtPlaces(moved, "app", "stop")[0]?.offset).toBe(0x1000n)
  })

  test("of a probe that is not there name those that are", () => {
    expect(() => findUsdtPlaces(file, "app", "went")).toThrow(
      expect.objectContaining({
        message: "app: no USDT probe 'app:went' (ENOENT)",
        hint: "its probes: app:go, app:stop, app:nowhere, app:wrong",
      }),
    )
    expect(() => findUsdtPlaces(executableOf(buildElf({})), "app", "go")).toThrow(
      expect.objectContaining({ hint: "it has no section .note.stapsdt: it was built without probes" }),
    )
  })

  test.each([
    ["nowhere", "its location 0x10 is in no fitting segment"],
    ["wrong", "its semaphore 0x401000 is in no fitting segment"],
  ])("that lead %s are refused", (name, problem) => {
    expect(() => findUsdtPlaces(file, "app", name)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(problem), errno: "ESRCH" }),
    )
  })
})

describe("USDT arguments", () => {
  test.each([
    ["-4@%edi", { kind: "register", register: 112, isSigned: true, size: 4 }],
    ["1@%r8b", { kind: "register", register: 72, size: 1 }],
    ["8@-8(%rbp)", { kind: "memory", value: -8n, register: 32, size: 8 }],
    ["2@(%rsp)", { kind: "memory", register: 152, size: 2 }],
    ["4@$5", { kind: "constant", value: 5n, size: 4 }],
    ["-8@$-9", { kind: "constant", value: -9n, isSigned: true, size: 8 }],
    ["8@(%rax,%rbx,8)", { kind: "indexed", register: 80, index: 40, scaleShift: 3, size: 8 }],
    ["1@-96(%rbp,%rax)", { kind: "indexed", value: -96n, register: 32, index: 80, size: 1 }],
    [
      "4 @ 16 ( %rdx , %rcx , 2 )",
      { kind: "indexed", value: 16n, register: 96, index: 88, scaleShift: 1, size: 4 },
    ],
  ])("%s is understood", (text, expected) => {
    expect(parseUsdtArguments(text)).toEqual([{ ...PLAIN, ...expected }])
  })

  test("stand one after the other, or not at all", () => {
    expect(parseUsdtArguments("-4@%edi 8@-8(%rbp) 4@$5").map(({ kind }) => kind)).toEqual([
      "register",
      "memory",
      "constant",
    ])
    expect(parseUsdtArguments(" ")).toEqual([])
  })

  test.each([
    ["3@%eax", "its size is 3, not 1, 2, 4 or 8 bytes"],
    ["4@%xmm0", "'%xmm0' is no general register"],
    ["8@value(%rip)", "such a place cannot be read"],
    ["8@(%rax,%rbx,3)", "its scale is 3, not 1, 2, 4 or 8"],
    ["%eax", "it is not written as <size>@<place>"],
  ])("%s is refused", (text, problem) => {
    expect(() => parseUsdtArguments(text)).toThrow(
      expect.objectContaining({ message: `USDT argument 0 '${text}': ${problem} (EINVAL)`, errno: "EINVAL" }),
    )
  })

  test("in any other form are refused by an AttachError", () => {
    const part = fc.constantFrom("4", "-", "@", "%", "eax", "(", ")", ",", "$", " ", "8", "x", "\n")
    const text = fc.array(part, { maxLength: 24 }).map(parts => parts.join(""))
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), text => {
        try {
          for (const { size } of parseUsdtArguments(text)) expect([1, 2, 4, 8]).toContain(size)
        } catch (error) {
          expect(error).toBeInstanceOf(AttachError)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test("are at most twelve", () => {
    expect(parseUsdtArguments("4@$1 ".repeat(12))).toHaveLength(12)
    expect(() => parseUsdtArguments("4@$1 ".repeat(13))).toThrow(expect.objectContaining({ errno: "E2BIG" }))
  })
})
