import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { BtfBuilder } from "./builder.ts"
import { formatRaw, formatRawJson } from "./format-raw.ts"
import { readBtf } from "./read.ts"
import type { TypeId } from "./types.ts"

const file = fileURLToPath(new URL("fixtures/types.bpfel.btf", import.meta.url))
const btf = readBtf(readFileSync(file))

const BPFTOOL = "/usr/sbin/bpftool"
const KERNEL = "/sys/kernel/btf/vmlinux"

describe("formatRaw", () => {
  test("prints every type of the fixture", async () => {
    await expect(formatRaw(btf)).toMatchFileSnapshot("fixtures/types.golden.txt")
    await expect(formatRawJson(btf)).toMatchFileSnapshot("fixtures/types.golden.json")
  })

  test("prints the chosen types alone", () => {
    const roots = [btf.find("node", "struct")!, btf.find("u8")!]
    const [struct, , , , typedef] = formatRaw(btf, { roots }).split("\n")
    expect(struct).toBe(`[${roots[0]}] STRUCT 'node' size=24 vlen=3`)
    expect(typedef).toMatch(/^\[\d+\] TYPEDEF 'u8' type_id=\d+$/)
    expect(JSON.parse(formatRawJson(btf, { roots })).types).toHaveLength(2)
  })

  test("of split BTF leaves out the base", () => {
    const builder = new BtfBuilder({ base: btf })
    builder.add({ kind: "ptr", name: "", type: 1 as TypeId })
    expect(formatRaw(readBtf(builder.build(), { base: btf }))).toBe(`[${btf.count}] PTR '(anon)' type_id=1\n`)
  })

  test("prints unsigned enumerators of all bits as bpftool does: right in text, sign-extended in JSON", () => {
    const builder = new BtfBuilder()
    const values = [{ name: "ALL", value: 0xffffffffn }]
    builder.add({ kind: "enum", name: "e", size: 4, signed: false, values })
    const all = readBtf(builder.build())
    expect(formatRaw(all)).toContain("'ALL' val=4294967295\n")
    expect(formatRawJson(all)).toContain('"val":18446744073709551615')
  })
})

describe("as bpftool prints it", () => {
  const files = [file, KERNEL].filter(existsSync)
  test.each(files)("%s, byte for byte", path => {
    if (!existsSync(BPFTOOL)) {
      console.log(`not compared: ${BPFTOOL} is not there`)
      return
    }
    const bpftool = (...args: string[]): string =>
      execFileSync(BPFTOOL, args, { encoding: "utf8", maxBuffer: 1 << 28 })
    const read = readBtf(readFileSync(path))
    expect(formatRaw(read) === bpftool("btf", "dump", "file", path, "format", "raw")).toBe(true)
    expect(formatRawJson(read) === bpftool("-j", "btf", "dump", "file", path)).toBe(true)
  })
})
