import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { AttachError } from "../../base/index.ts"
import { executableOf } from "./executable.ts"
import { findFunction, findFunctions } from "./symbols.ts"
import { buildElf, DATA, TEXT } from "./testing/build-elf.ts"
import { readUsdtNotes } from "./usdt-notes.ts"

const at = (offset: bigint): bigint => TEXT.address + offset
const inFile = (offset: bigint): bigint => TEXT.offset + offset

const LIBRARY = {
  type: "dyn",
  dynamic: [
    { name: "open", address: at(0x10n), version: "LIB_1" },
    { name: "open", address: at(0x20n), version: "LIB_2" },
    { name: "close", address: at(0x30n), version: "LIB_1" },
    { name: "close", address: at(0x30n), version: "LIB_2" },
    { name: "table", address: DATA.address, type: "object" },
  ],
  symbols: [
    { name: "local_helper", address: at(0x40n) },
    { name: "hook@LIB_1", address: at(0x50n) },
    { name: "hook@@LIB_2", address: at(0x60n) },
    { name: "spare", address: at(0x70n), weak: true },
    { name: "spare", address: at(0x80n) },
    { name: "twice", address: at(0x90n) },
    { name: "twice", address: at(0xa0n) },
    { name: "lost", address: 0x9999999n },
  ],
} as const

describe("functions of a program", () => {
  const library = executableOf(buildElf(LIBRARY), "libx.so")

  test.each([
    ["local_helper", 0x40n],
    ["open@LIB_1", 0x10n],
    ["open@@LIB_2", 0x20n],
    ["close", 0x30n],
    ["hook@LIB_1", 0x50n],
    ["hook@@LIB_2", 0x60n],
    ["spare", 0x80n],
  ])("%s is found at its place in the file", (name, offset) => {
    expect(findFunction(library, name).offset).toBe(inFile(offset))
  })

  test("that several versions have ask for one", () => {
    expect(() => findFunction(library, "open")).toThrow(
      expect.objectContaining({
        message: "libx.so: ambiguous match for 'open': 0x1010 and 0x1020 (EINVAL)",
        hint: "write open@LIB_1 or open@LIB_2",
      }),
    )
  })

  test("that two files compiled in are ambiguous", () => {
    expect(() => findFunction(library, "twice")).toThrow(
      expect.objectContaining({ errno: "EINVAL", hint: expect.stringContaining("offset in the file") }),
    )
  })

  test.each([
    ["local_helpr", "nearest: local_helper"],
    ["table", expect.any(String)],
    ["lost", expect.any(String)],
  ])("%s is not there", (name, hint) => {
    expect(() => findFunction(library, name)).toThrow(
      expect.objectContaining({
        message: `libx.so: failed to find symbol '${name}' (ENOENT)`,
        errno: "ENOENT",
        hint,
      }),
    )
  })

  test("by pattern come once a place, from .symtab when something there fits", () => {
    expect(findFunctions(library, "h*k").map(({ offset }) => offset)).toEqual([inFile(0x50n), inFile(0x60n)])
    expect(findFunctions(library, "clos?").map(({ name }) => name)).toEqual(["close"])
    expect(() => findFunctions(library, "z*")).toThrow(
      expect.objectContaining({ message: "libx.so: no function matches 'z*' (ENOENT)" }),
    )
  })

  test("by names come in their order", () => {
    const found = findFunctions(library, ["close", "local_helper"])
    expect(found.map(({ offset }) => offset)).toEqual([inFile(0x30n), inFile(0x40n)])
  })

  test("of a stripped program are asked for by offset", () => {
    expect(() => findFunction(executableOf(buildElf({})), "main")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("stripped") }),
    )
  })
})

describe("what is no program", () => {
  const file = buildElf(LIBRARY)
  const changed = (offset: number, value: number): Uint8Array => file.with(offset, value)

  test.each([
    ["text", new TextEncoder().encode("#!/bin/sh\n".repeat(10)), "it does not start with 0x7f ELF"],
    ["32-bit", changed(4, 1), "its class is 1, not 64-bit"],
    ["big-endian", changed(5, 2), "it is big-endian"],
    ["a relocatable object", changed(16, 1), "it is of type 1, neither a program nor a shared library"],
  ])("%s is refused", (_, bytes, problem) => {
    expect(() => executableOf(bytes, "x")).toThrow(
      expect.objectContaining({
        message: `x: not a 64-bit little-endian ELF program: ${problem} (ENOEXEC)`,
        errno: "ENOEXEC",
      }),
    )
  })

  test("a file that ends early is refused", () => {
    expect(() => executableOf(file.subarray(0, 70), "x")).toThrow(
      "x: damaged: 112 bytes at offset 64 leave the 70 bytes there are (ENOEXEC)",
    )
  })

  test("damage anywhere gives symbols or an AttachError", () => {
    const whole = buildElf({ ...LIBRARY, notes: [{ location: at(0n), texts: ["p", "n", "4@%eax"] }] })
    const damage = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(damage, changes => {
        const bytes = whole.slice()
        for (const [offset, value] of changes) bytes[offset] = value
        try {
          const file = executableOf(bytes)
          findFunctions(file, "*")
          readUsdtNotes(file)
          findFunction(file, "open@LIB_2")
        } catch (error) {
          expect(error).toBeInstanceOf(AttachError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
