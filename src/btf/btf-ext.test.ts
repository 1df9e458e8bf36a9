import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { BtfError } from "../base/index.ts"
import { readBtfExt } from "./btf-ext.ts"
import { readBtf } from "./read.ts"

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/types.${name}`, import.meta.url)))
}

const btf = readBtf(fixture("bpfel.btf"))
const bytes = fixture("bpfel.btfext")

describe("readBtfExt", () => {
  const ext = readBtfExt(bytes, btf)

  test("reads both byte orders alike", () => {
    const big = readBtfExt(fixture("bpfeb.btfext"), readBtf(fixture("bpfeb.btf")))
    expect(big).toEqual(ext)
  })

  test("groups functions by section, in slots", () => {
    expect([...ext.functions.keys()]).toEqual(["socket/second", "socket"])
    expect(ext.functions.get("socket")).toEqual([{ at: 0, type: btf.find("look", "func") }])
  })

  test("gives source lines with file, line, column and text", () => {
    const line = ext.lines.get("socket")?.find(each => each.text.includes("hidden_counter"))
    expect(line).toMatchObject({ at: 1, file: "./types.bpf.c", column: 16, text: "\thidden_counter++;" })
    expect(line!.line).toBeGreaterThan(100)
  })

  test("gives CO-RE records with kind, type and access", () => {
    const task = btf.find("kernel_task___mine", "struct")
    expect(ext.coreRelocations.get("socket/second")).toEqual([
      { at: 3, kind: "field_byte_offset", type: task, access: "0:1:0:2" },
      { at: 4, kind: "field_exists", type: task, access: "0:0" },
      { at: 6, kind: "type_size", type: task, access: "0" },
      { at: 8, kind: "enumval_value", type: btf.find("color", "enum"), access: "2" },
      { at: 11, kind: "type_id_local", type: btf.find("list", "struct"), access: "0" },
    ])
  })

  test("passes over what is unknown at the end of longer records", () => {
    expect(readBtfExt(widen(bytes), btf)).toEqual(ext)
  })

  test("a header without CO-RE fields has no CO-RE records", () => {
    const short = new Uint8Array(bytes.length - 8)
    short.set(bytes.subarray(0, 24))
    short.set(bytes.subarray(32), 24)
    new DataView(short.buffer).setUint32(4, 24, true)
    expect(readBtfExt(short, btf)).toEqual({ ...ext, coreRelocations: new Map() })
  })
})

describe("hostile BTF.ext is refused with the rule and the values:", () => {
  const FUNC = 32 + new DataView(bytes.buffer).getUint32(8, true)
  const CORE = 32 + new DataView(bytes.buffer).getUint32(24, true)

  function patched(words: Record<number, number>): Uint8Array {
    const copy = new Uint8Array(bytes)
    const view = new DataView(copy.buffer)
    for (const [at, value] of Object.entries(words)) view.setUint32(Number(at), value, true)
    return copy
  }

  test.each([
    ["a short header", patched({ 4: 8 }), "header length 8"],
    ["version 3", patched({ 0: 0x0003eb9f }), "version 3"],
    ["an odd section", patched({ 8: 2 }), "func_info at 34 is not 4-byte aligned"],
    ["a section past the end", patched({ 12: 0xfffffff0 }), "leave the"],
    ["a record size of 4", patched({ [FUNC]: 4 }), "func_info: record size 4"],
    ["no records", patched({ 12: 4 }), "func_info: there are no records"],
    [
      "a section without records",
      patched({ [FUNC + 8]: 0 }),
      "func_info: section socket/second has no records",
    ],
    ["four billion records", patched({ [FUNC + 8]: 0xffffffff }), "4294967295 records of 8 bytes"],
    ["an unknown section name", patched({ [FUNC + 4]: 0xffffff }), "string offset 16777215"],
    ["half an instruction", patched({ [FUNC + 12]: 4 }), "names instruction byte 4, no multiple of 8"],
    ["an unknown type", patched({ [FUNC + 16]: 500 }), "refers to type [500], there are 1 to 127"],
    ["CO-RE kind 13", patched({ [CORE + 24]: 13 }), "has kind 13, known are 0 to 12"],
  ])("%s", (_name, hostile, message) => {
    expect(() => readBtfExt(hostile, btf)).toThrow(BtfError)
    expect(() => readBtfExt(hostile, btf)).toThrow(message)
  })

  test("the other byte order than its BTF", () => {
    expect(() => readBtfExt(fixture("bpfeb.btfext"), btf)).toThrow("byte order")
  })
})

/** The same records, each with four more bytes. */
function widen(ext: Uint8Array): Uint8Array {
  const view = new DataView(ext.buffer)
  const words: number[] = []
  const header: number[] = []
  for (const at of [8, 16, 24]) {
    const start = 32 + view.getUint32(at, true)
    const end = start + view.getUint32(at + 4, true)
    const size = view.getUint32(start, true)
    const first = words.length
    words.push(size + 4)
    for (let p = start + 4; p < end; ) {
      const count = view.getUint32(p + 4, true)
      words.push(view.getUint32(p, true), count)
      p += 8
      for (let i = 0; i < count; i++, p += size) {
        for (let w = 0; w < size; w += 4) words.push(view.getUint32(p + w, true))
        words.push(0xdddddddd)
      }
    }
    header.push(first * 4, (words.length - first) * 4)
  }
  const wide = new Uint8Array(32 + words.length * 4)
  const out = new DataView(wide.buffer)
  wide.set(ext.subarray(0, 8))
  header.forEach((word, i) => {
    out.setUint32(8 + i * 4, word, true)
  })
  words.forEach((word, i) => {
    out.setUint32(32 + i * 4, word, true)
  })
  return wide
}
