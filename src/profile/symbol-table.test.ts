import { describe, expect, test } from "vitest"
import { encodeUtf8, ProfileError } from "../base/index.ts"
import { formatSymbols, type KernelSymbol, SymbolTable } from "./symbol-table.ts"

const symbol = (low: number, name: string, more: Partial<KernelSymbol> = {}): KernelSymbol => ({
  name,
  address: 0xffff_ffff_0000_0000n + BigInt(low),
  type: "t",
  traceable: false,
  blacklisted: false,
  ...more,
})

const SYMBOLS = [
  symbol(0x8100_0000, "_text", { type: "T" }),
  symbol(0x8100_1000, "do_unlinkat", { type: "T", traceable: true }),
  symbol(0x8100_2000, "do_execveat_common.isra.0", { traceable: true }),
  symbol(0x8100_2800, "do_execveat_common.isra.0.cold"),
  symbol(0x8100_3000, "load_elf_binary", { traceable: true }),
  symbol(0x8100_4000, "load_elf_binary"),
  symbol(0x8100_5000, "int3_handler", { blacklisted: true }),
  symbol(0x8200_0000, "do_unlinkdata", { type: "D" }),
]
const UPPER = 0xffff_ffff_0000_0000n
const table = new SymbolTable(encodeUtf8(formatSymbols(SYMBOLS)), UPPER)

describe("SymbolTable", () => {
  test("gives back what was written", () => {
    expect([...table.all()]).toEqual(SYMBOLS)
  })

  test("finds by exact name only", () => {
    expect(table.find("do_unlinkat")).toEqual(SYMBOLS[1])
    for (const name of ["do_unlink", "unlinkat", "", "f do_unlinkat", "do_unlinkat\n81002000", "T"])
      expect(table.find(name)).toBeUndefined()
  })

  test("finds all functions that share a name", () => {
    expect(table.findAll("load_elf_binary").map(found => found.address & 0xffffn)).toEqual([0x3000n, 0x4000n])
    expect(table.findAll("nothing")).toEqual([])
  })

  test("says where an address lies", () => {
    expect(table.at(0xffff_ffff_8100_1000n)).toEqual({ name: "do_unlinkat", offset: 0 })
    expect(table.at(0xffff_ffff_8100_1fffn)).toEqual({ name: "do_unlinkat", offset: 0xfff })
    expect(table.at(0xffff_ffff_80ff_ffffn)).toBeUndefined()
    expect(table.at(0x8100_1000n)).toBeUndefined()
    expect(new SymbolTable(new Uint8Array(0), UPPER).at(0xffff_ffff_8100_1000n)).toBeUndefined()
  })

  test("names near functions: clones first, no data, no cold halves", () => {
    expect(table.nearestFunctions("do_execve")).toEqual(["do_execveat_common.isra.0"])
    expect(table.nearestFunctions("do_unlnkat")).toEqual(["do_unlinkat"])
    expect(table.nearestFunctions("__do_unlinkat")).toEqual(["do_unlinkat"])
    expect(table.nearestFunctions("quite_another_thing_altogether")).toEqual([])
  })

  test("reads any text or refuses it as damaged", () => {
    for (const text of [
      "\n",
      "x\n",
      "81000000",
      "81000000 T f",
      "81000000 T f name",
      "zzzzzzzz T f name\n",
    ]) {
      const odd = new SymbolTable(encodeUtf8(text), UPPER)
      expect(() => [...odd.all()]).toThrow(ProfileError)
      expect(odd.find("other")).toBeUndefined()
    }
    expect([...new SymbolTable(new Uint8Array(0), UPPER).all()]).toEqual([])
  })
})
