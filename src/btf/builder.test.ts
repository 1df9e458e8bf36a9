import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { BtfError } from "../base/index.ts"
import { BtfBuilder, writeBtf } from "./builder.ts"
import { extractTypes } from "./extract.ts"
import { formatRaw } from "./format-raw.ts"
import { readBtf } from "./read.ts"
import { type BtfType, type TypeId, VOID } from "./types.ts"

const bytes = new Uint8Array(readFileSync(new URL("fixtures/types.bpfel.btf", import.meta.url)))
const btf = readBtf(bytes)

const INT = { kind: "int", name: "int", size: 4, encoding: "signed", bitOffset: 0, bits: 32 } as const

/** One type of each of the 19 kinds, and the flags that compilers do not set. */
const EVERY_KIND: readonly BtfType[] = [
  INT,
  { kind: "ptr", name: "", type: VOID },
  { kind: "array", name: "", element: 1 as TypeId, index: 1 as TypeId, length: 7 },
  {
    kind: "struct",
    name: "s",
    size: 8,
    members: [{ name: "m", type: 1 as TypeId, bitOffset: 35, bitSize: 9 }],
  },
  { kind: "union", name: "", size: 8, members: [{ name: "m", type: 1 as TypeId, bitOffset: 0, bitSize: 0 }] },
  { kind: "enum", name: "e", size: 4, signed: false, values: [{ name: "TOP", value: 0xffffffffn }] },
  { kind: "fwd", name: "f", aggregate: "union" },
  { kind: "typedef", name: "t", type: 4 as TypeId },
  { kind: "volatile", name: "", type: 1 as TypeId },
  { kind: "const", name: "", type: 1 as TypeId },
  { kind: "restrict", name: "", type: 2 as TypeId },
  { kind: "func", name: "fn", type: 13 as TypeId, linkage: "extern" },
  {
    kind: "func_proto",
    name: "",
    returns: VOID,
    params: [
      { name: "p", type: 1 as TypeId },
      { name: "", type: VOID },
    ],
  },
  { kind: "var", name: "v", type: 1 as TypeId, linkage: "global" },
  { kind: "datasec", name: ".data", size: 4, variables: [{ type: 14 as TypeId, offset: 0, size: 4 }] },
  { kind: "float", name: "double", size: 8 },
  { kind: "decl_tag", name: "d", type: 4 as TypeId, component: -1 },
  { kind: "type_tag", name: "tt", type: 1 as TypeId },
  { kind: "enum64", name: "e64", size: 8, signed: true, values: [{ name: "LOW", value: -(1n << 63n) }] },
  { kind: "decl_tag", name: "d2", type: 4 as TypeId, component: 0, attribute: true },
  { kind: "type_tag", name: "tt2", type: 1 as TypeId, attribute: true },
  { kind: "enum", name: "neg", size: 4, signed: true, values: [{ name: "NEG", value: -1n }] },
]

describe("BtfBuilder", () => {
  test.each([true, false])("what it builds is read back as it was (little-endian %s)", littleEndian => {
    const builder = new BtfBuilder()
    for (const type of EVERY_KIND) builder.add(type)
    const back = readBtf(builder.build({ littleEndian }))
    expect(back.littleEndian).toBe(littleEndian)
    expect([...back.ids()].map(id => back.type(id))).toEqual(EVERY_KIND)
  })

  test("rebuilds a compiler's BTF type by type", () => {
    const builder = new BtfBuilder()
    for (const id of btf.ids()) builder.add(btf.type(id))
    expect(formatRaw(readBtf(builder.build()))).toBe(formatRaw(btf))
  })

  test("stores equal strings once", () => {
    const builder = new BtfBuilder()
    const offset = builder.string("twice")
    builder.add({ kind: "fwd", name: "twice", aggregate: "struct" })
    expect(builder.string("twice")).toBe(offset)
    expect(builder.build()).toHaveLength(24 + 12 + 7)
  })

  test("makes cycles with reserve and define", () => {
    const builder = new BtfBuilder()
    const node = builder.reserve()
    const pointer = builder.add({ kind: "ptr", name: "", type: node })
    builder.define(node, {
      kind: "struct",
      name: "node",
      size: 8,
      members: [{ name: "next", type: pointer, bitOffset: 0, bitSize: 0 }],
    })
    expect(readBtf(builder.build()).nameOf(pointer)).toBe("struct node *")
  })

  test.each([
    [
      "a reserved type that was never defined",
      (b: BtfBuilder) => void b.reserve(),
      "was reserved and never defined",
    ],
    [
      "a reference to nothing",
      (b: BtfBuilder) => void b.add({ kind: "ptr", name: "", type: 5 as TypeId }),
      "refers to type [5]",
    ],
    ["a foreign id", (b: BtfBuilder) => b.define(3 as TypeId, INT), "not given out by this builder"],
    ["a name with NUL", (b: BtfBuilder) => void b.add({ ...INT, name: "a\0b" }), "holds a NUL"],
    [
      "an enumerator of 33 bits",
      (b: BtfBuilder) =>
        void b.add({
          kind: "enum",
          name: "e",
          size: 4,
          signed: false,
          values: [{ name: "X", value: 1n << 32n }],
        }),
      "enum e: X = 4294967296 does not fit unsigned 32 bits",
    ],
    [
      "a bitfield too far out",
      (b: BtfBuilder) =>
        void b.add({
          kind: "struct",
          name: "s",
          size: 9,
          members: [{ name: "x", type: VOID, bitOffset: 1 << 24, bitSize: 1 }],
        }),
      "struct s: member x at bit 16777216",
    ],
    [
      "65,536 parameters",
      (b: BtfBuilder) =>
        void b.add({
          kind: "func_proto",
          name: "",
          returns: VOID,
          params: new Array(65_536).fill({ name: "", type: VOID }),
        }),
      "65536 entries, at most 65535 fit",
    ],
  ])("refuses %s", (_name, action, message) => {
    const attempt = (): void => {
      const builder = new BtfBuilder()
      action(builder)
      builder.build()
    }
    expect(attempt).toThrow(BtfError)
    expect(attempt).toThrow(message)
  })
})

describe("writeBtf", () => {
  test("gives back the bytes that were read", () => {
    expect(writeBtf(btf)).toEqual(bytes)
  })

  test("changes the byte order and nothing else", () => {
    const big = writeBtf(btf, { littleEndian: false })
    expect(readBtf(big).littleEndian).toBe(false)
    expect(writeBtf(readBtf(big), { littleEndian: true })).toEqual(bytes)
  })
})

describe("extractTypes", () => {
  const list = btf.find("list", "struct")!

  test("keeps what the roots lead to, and nothing else", () => {
    const { btf: small, ids } = extractTypes(btf, [list])
    const id = ids.get(list)!
    expect(small.type(id)).toMatchObject({ name: "list", size: btf.sizeOf(list) })
    expect(small.find("node", "struct")).toBeDefined()
    expect(small.find("declared_only", "fwd")).toBeDefined()
    expect(small.find("bits")).toBeUndefined()
    expect(small.count).toBe(ids.size + 1)
    for (const each of small.ids()) expect(() => small.nameOf(each)).not.toThrow()
  })

  test("keeps only the names of structs behind pointers when that is enough", () => {
    const handlers = btf.find("handlers_alias", "typedef")!
    const { btf: small, ids } = extractTypes(btf, [handlers], { pointees: "declared" })
    expect(small.sizeOf(ids.get(handlers)!)).toBe(btf.sizeOf(handlers))
    expect(small.find("node", "fwd")).toBeDefined()
    expect(small.find("node", "struct")).toBeUndefined()
  })

  test("what is needed whole stays whole, whichever way it was met first", () => {
    const { btf: small } = extractTypes(btf, [list], { pointees: "declared" })
    expect(small.find("node", "struct")).toBeDefined()
    expect(small.find("list", "struct")).toBeDefined()
    expect(small.find("list", "fwd")).toBeUndefined()
  })

  test("keeps the declaration tags of what it keeps", () => {
    const { btf: small, ids } = extractTypes(btf, [btf.find("tagged", "struct")!])
    expect(small.findAll("careful", "decl_tag").map(id => small.type(id))).toMatchObject([
      { type: ids.get(btf.find("tagged", "struct")!), component: 2 },
    ])
  })

  test("needs no base any more", () => {
    const builder = new BtfBuilder({ base: btf })
    const pointer = builder.add({ kind: "ptr", name: "", type: list })
    const split = readBtf(builder.build(), { base: btf })
    const { btf: small, ids } = extractTypes(split, [pointer])
    expect(small.base).toBeUndefined()
    expect(small.nameOf(ids.get(pointer)!)).toBe("struct list *")
  })
})
