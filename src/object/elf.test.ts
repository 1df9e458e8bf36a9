import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { ObjectError } from "../base/index.ts"
import { EM_BPF, readElf, SHT, STB, STT } from "./elf.ts"

const fixture = (name: string) => new Uint8Array(readFileSync(new URL(`./fixtures/${name}`, import.meta.url)))

/** A copy with one 16-, 32- or 64-bit little-endian field overwritten. */
function patched(bytes: Uint8Array, offset: number, size: 1 | 2 | 4 | 8, value: number): Uint8Array {
  const copy = bytes.slice()
  const view = new DataView(copy.buffer)
  if (size === 1) view.setUint8(offset, value)
  else if (size === 2) view.setUint16(offset, value, true)
  else if (size === 4) view.setUint32(offset, value, true)
  else view.setBigUint64(offset, BigInt(value), true)
  return copy
}

/** Where the file keeps the header of a section. */
function headerOf(bytes: Uint8Array, name: string): number {
  const table = Number(new DataView(bytes.buffer).getBigUint64(40, true))
  return table + 64 * readElf(bytes).section(name)!.index
}

describe("readElf", () => {
  test("reads header, sections and symbols of a little-endian object", () => {
    const elf = readElf(fixture("programs.bpf.o"))
    expect(elf).toMatchObject({ littleEndian: true, machine: EM_BPF, type: 1 })
    expect(elf.section("xdp")).toMatchObject({ type: SHT.PROGBITS, size: 22 * 8 })
    expect(elf.symbols.find(symbol => symbol.name === "second")).toMatchObject({
      value: 12 * 8,
      size: 10 * 8,
      type: STT.FUNC,
      binding: STB.GLOBAL,
    })
    expect(elf.symbols.find(symbol => symbol.name === "weak_answer")?.binding).toBe(STB.WEAK)
  })

  test("reads the same sections, symbols and relocations from a big-endian object", () => {
    const little = readElf(fixture("maps.bpf.o"))
    const big = readElf(fixture("maps.be.bpf.o"))
    expect(big.littleEndian).toBe(false)
    expect(big.symbols).toEqual(little.symbols)
    expect(big.relocations(big.section(".relxdp")!)).toEqual(little.relocations(little.section(".relxdp")!))
    expect(big.relocations(big.section(".rel.maps")!)).toHaveLength(4)
  })

  test("knows the size of .bss, which has no bytes in the file", () => {
    const bss = readElf(fixture("globals.bpf.o")).section(".bss")
    expect(bss).toMatchObject({ type: SHT.NOBITS, size: 16 })
    expect(bss?.bytes).toHaveLength(0)
  })

  test("has no section of an unknown name", () => {
    expect(readElf(fixture("maps.bpf.o")).section("nothing")).toBeUndefined()
    expect(readElf(fixture("maps.bpf.o")).section("")).toBeUndefined()
  })
})

describe("readElf refuses", () => {
  const good = fixture("maps.bpf.o")

  test.each([
    ["an empty file", new Uint8Array(0), "not a proper ELF object: the file is empty"],
    ["text", new TextEncoder().encode("int main;"), "not a proper ELF object: it starts with 69 6e 74 20"],
    ["a file that ends in its identification", good.slice(0, 10), "the file ends after 10 bytes"],
    ["32-bit ELF", patched(good, 4, 1, 1), "not a 64-bit ELF object: its class is 32-bit"],
    ["an unknown byte order", patched(good, 5, 1, 3), "unknown byte order 3"],
    ["section headers outside the file", patched(good, 40, 8, 1 << 20), "section headers (bytes 1048576 to"],
    ["a count of sections that the file cannot hold", patched(good, 60, 2, 0xfeff), "leave the file of"],
    ["section headers of another size", patched(good, 58, 2, 40), "section headers of 40 bytes"],
    [
      "a names section that is not there",
      patched(good, 62, 2, 99),
      "section 99 is to hold the section names",
    ],
    [
      "a section that is cut off",
      patched(good, headerOf(good, ".BTF") + 32, 8, 1 << 30),
      "leave the file of",
    ],
    ["a name outside the names", patched(good, headerOf(good, ".BTF"), 4, 1 << 20), "name at 1048576 leaves"],
  ])("%s", (_, bytes, message) => {
    expect(() => readElf(bytes)).toThrow(ObjectError)
    expect(() => readElf(bytes)).toThrow(message)
  })

  test("a compressed section, when it is asked for", () => {
    const elf = readElf(patched(good, headerOf(good, ".BTF") + 8, 8, 0x800))
    expect(() => elf.section(".BTF")).toThrow("section '.BTF' is compressed")
    expect(elf.section(".maps")).toBeDefined()
  })

  test("relocations of odd size", () => {
    const elf = readElf(patched(good, headerOf(good, ".relxdp") + 32, 8, 24))
    expect(() => elf.relocations(elf.section(".relxdp")!)).toThrow(
      "'.relxdp' is 24 bytes, not a multiple of 16",
    )
  })
})
