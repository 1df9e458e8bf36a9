import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { BtfBuilder, type BtfMember, readBtf } from "../../btf/index.ts"
import { readObject } from "../../object/index.ts"
import { type UsdtMap, UsdtSpecs } from "./usdt-specs.ts"

const SPECS = "__bpf_usdt_specs"
const file = new URL("../../../test/kernel/programs/probes.bpf.o", import.meta.url)
const object = readObject(readFileSync(file), { name: "probes" })

/** Specs over an object's map, and the values that are written into it. */
function specsOf(maxEntries = 4, { btf, maps } = object): { specs: UsdtSpecs; written: Uint8Array[] } {
  const written: Uint8Array[] = []
  const spec = maps.find(({ name }) => name === SPECS)
  const map: UsdtMap = {
    valueSize: spec?.valueSize ?? 0,
    valueType: spec?.valueType,
    maxEntries,
    update: (_key, value) => written.push(value),
    remove: () => undefined,
  }
  return { specs: new UsdtSpecs(btf, name => (name === SPECS ? map : undefined)), written }
}

describe("descriptions of USDT arguments", () => {
  test("have the layout of struct __bpf_usdt_spec", () => {
    const { specs, written } = specsOf()
    expect(specs.add("-4@%edi 8@-8(%rbp) 1@$5", 0x1234n)).toBe(0)
    const bytes = written[0] as Uint8Array
    const view = new DataView(bytes.buffer)
    const spec = (index: number) => [
      view.getBigInt64(index * 16, true),
      view.getUint32(index * 16 + 8, true),
      view.getInt16(index * 16 + 12, true),
      view.getUint8(index * 16 + 14),
      view.getInt8(index * 16 + 15),
    ]
    expect(bytes).toHaveLength(208)
    expect([0, 1, 2].map(spec)).toEqual([
      [0n, 1, 112, 1, 32],
      [-8n, 2, 32, 0, 0],
      [5n, 0, 0, 0, 56],
    ])
    expect([view.getBigUint64(192, true), view.getInt16(200, true)]).toEqual([0x1234n, 3])
  })

  test("take numbers that nobody uses", () => {
    const { specs } = specsOf(2)
    expect([specs.add("", 0n), specs.add("", 0n)]).toEqual([0, 1])
    specs.release(0)
    expect(specs.add("", 0n)).toBe(0)
    expect(() => specs.add("", 0n)).toThrow(expect.objectContaining({ errno: "E2BIG" }))
  })

  test("at two registers need a header that knows them", () => {
    expect(() => specsOf().specs.add("4@(%rax,%rbx,8)", 0n)).toThrow(
      expect.objectContaining({ errno: "EOPNOTSUPP", hint: expect.stringContaining("libbpf 1.7") }),
    )
    const { specs, written } = specsOf(4, newerObject())
    specs.add("4@(%rax,%rbx,8)", 0n)
    const view = new DataView((written[0] as Uint8Array).buffer)
    expect([view.getUint8(8), view.getUint16(10, true), view.getInt16(12, true)]).toEqual([
      3,
      40 | (3 << 12),
      80,
    ])
  })

  test("need the maps of bpf/usdt.bpf.h", () => {
    const specs = new UsdtSpecs(object.btf, () => undefined)
    expect(() => specs.add("", 0n)).toThrow(
      expect.objectContaining({ errno: "ESRCH", hint: "include bpf/usdt.bpf.h in the program" }),
    )
  })
})

/** The map as libbpf 1.7 declares it: the type is cut to eight bits, an index register and a scale stand behind. */
function newerObject(): typeof object {
  const builder = new BtfBuilder()
  const int = (name: string, size: number) =>
    builder.add({ kind: "int", name, size, encoding: "", bitOffset: 0, bits: size * 8 })
  const [u64, u32, u16, u8] = [int("u64", 8), int("u32", 4), int("u16", 2), int("u8", 1)]
  const bool = builder.add({ kind: "int", name: "bool", size: 1, encoding: "bool", bitOffset: 0, bits: 8 })
  const member = (name: string, type: typeof u64, bitOffset: number, bitSize = 0): BtfMember => ({
    name,
    type,
    bitOffset,
    bitSize,
  })
  const argument = builder.add({
    kind: "struct",
    name: "__bpf_usdt_arg_spec",
    size: 16,
    members: [
      member("val_off", u64, 0),
      member("arg_type", u32, 64, 8),
      member("idx_reg_off", u16, 80, 12),
      member("scale_bitshift", u16, 92, 4),
      member("reg_off", u16, 96),
      member("arg_signed", bool, 112),
      member("arg_bitshift", u8, 120),
    ],
  })
  const args = builder.add({ kind: "array", name: "", element: argument, index: u32, length: 12 })
  const valueType = builder.add({
    kind: "struct",
    name: "__bpf_usdt_spec",
    size: 208,
    members: [member("args", args, 0), member("usdt_cookie", u64, 1536), member("arg_cnt", u16, 1600)],
  })
  const maps = object.maps.map(map => (map.name === SPECS ? { ...map, valueType } : map))
  return { ...object, btf: readBtf(builder.build()), maps }
}
