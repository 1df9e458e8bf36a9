import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { BtfError } from "../base/index.ts"
import { BtfBuilder } from "./builder.ts"
import { readBtf } from "./read.ts"
import { type BtfKind, type TypeId, VOID } from "./types.ts"

function fixture(target: "bpfel" | "bpfeb"): Uint8Array {
  return readFileSync(new URL(`fixtures/types.${target}.btf`, import.meta.url))
}

const INT = { kind: "int", name: "int", size: 4, encoding: "signed", bitOffset: 0, bits: 32 } as const

describe("readBtf", () => {
  const btf = readBtf(fixture("bpfel"), { label: "types" })

  test("reads both byte orders alike", () => {
    const big = readBtf(fixture("bpfeb"))
    expect(big.littleEndian).toBe(false)
    expect(big.count).toBe(btf.count)
    for (const id of btf.ids()) expect(big.type(id)).toEqual(btf.type(id))
  })

  test("reads every kind that compilers emit", () => {
    const kinds = new Set<BtfKind>([...btf.ids()].map(id => btf.type(id).kind))
    expect([...kinds].sort()).toEqual(
      (
        "array const datasec decl_tag enum enum64 float func func_proto fwd int ptr restrict struct type_tag " +
        "typedef union var volatile"
      ).split(" "),
    )
  })

  test("decodes members, bitfields, enumerators and linkage", () => {
    expect(btf.type(btf.find("bits", "struct")!)).toMatchObject({
      size: 24,
      members: [
        { name: "a", bitOffset: 0, bitSize: 3 },
        { name: "b", bitOffset: 3, bitSize: 7 },
        { name: "c", bitOffset: 12, bitSize: 20 },
        { name: "d", bitOffset: 64, bitSize: 40 },
        { name: "e", bitOffset: 104, bitSize: 4 },
        { name: "f", bitOffset: 112, bitSize: 0 },
        { name: "g", bitOffset: 120, bitSize: 1 },
        { name: "h", bitOffset: 128, bitSize: 12 },
        { name: "i", bitOffset: 160, bitSize: 1 },
      ],
    })
    expect(btf.type(btf.find("below")!)).toMatchObject({
      kind: "enum",
      signed: true,
      values: [
        { name: "MINUS", value: -3n },
        { name: "ZERO", value: 0n },
      ],
    })
    expect(btf.type(btf.find("wide")!)).toMatchObject({
      kind: "enum64",
      signed: false,
      values: [{ value: 1n }, { name: "LARGE", value: 0x123456789abcn }],
    })
    expect(btf.type(btf.find("wide_below")!)).toMatchObject({
      signed: true,
      values: [{ value: -0x100000000000n }, {}],
    })
    expect(btf.type(btf.find("outside", "func")!)).toMatchObject({ linkage: "extern" })
    expect(btf.type(btf.find("hidden_counter", "var")!)).toMatchObject({ linkage: "static" })
    expect(btf.type(btf.find("declared_union", "fwd")!)).toMatchObject({ aggregate: "union" })
    const tags = [...btf.ids()].map(id => btf.type(id)).filter(type => type.kind === "decl_tag")
    expect(tags.map(tag => [tag.name, tag.component])).toEqual([
      ["whole", -1],
      ["careful", 2],
    ])
  })

  test("finds types by name and kind, in ascending order", () => {
    const id = btf.find("node", "struct")!
    expect(btf.type(id)).toMatchObject({ kind: "struct", name: "node" })
    expect(btf.find("node", "union", "enum")).toBeUndefined()
    expect(btf.find("no_such_name")).toBeUndefined()
    expect(btf.find("")).toBeUndefined()
    expect(btf.findAll("node")).toEqual([id])
    for (const each of btf.ids()) {
      const { name } = btf.type(each)
      if (name !== "") expect(btf.findAll(name)).toContain(each)
    }
  })

  test.each([
    ["struct bits", 24, 8],
    ["struct tight", 16, 1],
    ["struct holder", 20, 2],
    ["struct line", 128, 8],
    ["union mixed", 32, 8],
    ["struct big", 32, 16],
    ["enum wide", 8, 8],
    ["enum tiny", 1, 1],
    ["quad", 16, 4],
    ["handlers_alias", 64, 8],
    ["callback_t", 8, 8],
  ])("measures %s: %i bytes, aligned to %i", (spelling, size, alignment) => {
    const id = [...btf.ids()].find(each => btf.nameOf(each) === spelling)!
    expect([btf.sizeOf(id), btf.alignOf(id)]).toEqual([size, alignment])
  })

  test("spells types as C does", () => {
    const handlers = btf.type(btf.resolve(btf.find("handlers_t")!))
    const members = handlers.kind === "struct" ? handlers.members : []
    expect(members.map(member => btf.nameOf(member.type))).toEqual([
      "callback_t",
      "void (*[4])(struct node *)",
      "int (*(*)(int))(struct list *)",
      "u32 (*)[8]",
      "enum (anonymous)",
    ])
    const callback = btf.type(btf.find("callback_t")!)
    expect(callback.kind === "typedef" && btf.nameOf(callback.type)).toBe(
      "int (*)(struct message *, const void *, u64, ...)",
    )
    expect(btf.nameOf(btf.find("look", "func")!)).toBe("int look(struct message *)")
    expect(btf.nameOf(btf.find("ratio", "var")!)).toBe("const volatile float ratio")
    expect(btf.nameOf(VOID)).toBe("void")
  })

  test("says which type is not there", () => {
    expect(() => btf.type(VOID)).toThrow("types: type [0] is void")
    expect(() => btf.type(9999)).toThrow("types: there is no type [9999], the last is [127]")
    expect(() => btf.sizeOf(VOID)).toThrow("has no size: it is void")
    expect(() => btf.sizeOf(btf.find("look", "func")!)).toThrow("has no size: it is a func")
  })

  test("does not follow later changes of the bytes it was given", () => {
    const bytes = new Uint8Array(fixture("bpfel"))
    const copy = readBtf(bytes)
    bytes.fill(0xff)
    expect(copy.type(copy.find("node", "struct")!)).toEqual(btf.type(btf.find("node", "struct")!))
  })
})

describe("split BTF", () => {
  const base = readBtf(fixture("bpfel"), { label: "base" })
  const builder = new BtfBuilder({ base })
  const node = base.find("node", "struct")!
  const pointer = builder.add({ kind: "ptr", name: "", type: node })
  const module = builder.add({
    kind: "struct",
    name: "module_state",
    size: 8,
    members: [{ name: "head", type: pointer, bitOffset: 0, bitSize: 0 }],
  })
  const shadow = builder.add({ kind: "struct", name: "node", size: 0, members: [] })
  const bytes = builder.build()
  const split = readBtf(bytes, { label: "module", base })

  test("goes on with the ids and strings of its base", () => {
    expect(split.firstId).toBe(base.count)
    expect(split.count).toBe(base.count + 3)
    expect(split.nameOf(pointer)).toBe("struct node *")
    expect(split.type(module)).toMatchObject({ members: [{ name: "head" }] })
    expect(split.type(node)).toBe(base.type(node))
    expect([...split.ownIds()]).toEqual([pointer, module, shadow])
  })

  test("finds in its base first", () => {
    expect(split.find("module_state")).toBe(module)
    expect(base.find("module_state")).toBeUndefined()
    expect(split.findAll("node", "struct")).toEqual([node, shadow])
  })

  test("without its base it is refused with a hint", () => {
    const error = caught(() => readBtf(bytes))
    expect(error).toBeInstanceOf(BtfError)
    expect((error as BtfError).hint).toContain("with its base")
  })

  test("of another byte order than its base is refused", () => {
    expect(() => readBtf(fixture("bpfeb"), { base })).toThrow("byte order")
  })
})

describe("hostile BTF is refused with the type, the rule and the values:", () => {
  function build(add: (builder: BtfBuilder) => void): Uint8Array {
    const builder = new BtfBuilder()
    builder.add(INT)
    add(builder)
    return builder.build()
  }

  const good = build(builder => builder.add({ kind: "ptr", name: "", type: 1 as TypeId }))

  /** The good blob (type section: 16 bytes of int, 12 of ptr) with 32-bit words replaced, by byte offset. */
  function patched(words: Record<number, number>): Uint8Array {
    const bytes = new Uint8Array(good)
    const view = new DataView(bytes.buffer)
    for (const [at, value] of Object.entries(words)) view.setUint32(Number(at), value, true)
    return bytes
  }

  const TYPES = 24
  test.each([
    ["an empty file", new Uint8Array(0), "0 bytes are too few"],
    ["a wrong magic", patched({ 0: 0x0001beef }), "magic 0xbeef is not BTF's 0xeb9f"],
    ["version 2", patched({ 0: 0x0002eb9f }), "BTF version 2"],
    ["header flags", patched({ 0: 0x0101eb9f }), "unknown header flags 0x1"],
    ["a short header", patched({ 4: 8 }), "header length 8"],
    ["a long header", patched({ 4: 4096 }), "header length 4096"],
    ["an odd type section", patched({ 8: 1 }), "type section at 1 is not 4-byte aligned"],
    ["overlapping sections", patched({ 12: 0x1000 }), "runs into the strings"],
    ["strings past the end", patched({ 20: 0x1000 }), "leaves the"],
    ["no strings", patched({ 20: 0 }), "the string section is empty"],
    ["unterminated strings", patched({ 20: 3 }), "does not end in NUL"],
    ["kind 20", patched({ [TYPES + 4]: 20 << 24 }), "type [1] has kind 20, known are 1 to 19"],
    ["kind 0", patched({ [TYPES + 4]: 0 }), "type [1] has kind 0"],
    [
      "a vlen past the end",
      patched({ [TYPES + 4]: (4 << 24) | 0xffff }),
      "type [1] (struct, vlen 65535) needs",
    ],
    ["a cut-off type", patched({ 12: 20 }), "type [2] at byte 16 is cut off after 4 bytes"],
    ["a name outside", patched({ [TYPES]: 77 }), "type [1] int: its name is at 77, the strings end at 5"],
    [
      "a reference outside",
      patched({ [TYPES + 24]: 9 }),
      "type [2] ptr: it refers to type [9], the last is [2]",
    ],
    ["an int of 17 bytes", patched({ [TYPES + 8]: 17 }), "type [1] int: its size 17 is not 1 to 16"],
    [
      "an int of 33 bits in 4 bytes",
      patched({ [TYPES + 12]: 33 }),
      "33 bits at bit 0 do not fit its 4 bytes",
    ],
    ["an unknown int encoding", patched({ [TYPES + 12]: (3 << 24) | 32 }), "its encoding 3 is not"],
    [
      "a func of no func_proto",
      patched({ [TYPES + 20]: 12 << 24 }),
      "type [2] func: its type [1] is no func_proto",
    ],
  ])("%s", (_name, bytes, message) => {
    expect(() => readBtf(bytes)).toThrow(BtfError)
    expect(() => readBtf(bytes)).toThrow(message)
  })

  test("a longer header whose unknown part is zero is accepted, else not", () => {
    const bytes = new Uint8Array(good.length + 4)
    bytes.set(good.subarray(0, 24))
    bytes.set(good.subarray(24), 28)
    new DataView(bytes.buffer).setUint32(4, 28, true)
    expect(readBtf(bytes).count).toBe(3)
    bytes[25] = 1
    expect(() => readBtf(bytes)).toThrow("unknown header field at byte 25")
  })

  test("typedefs in a ring", () => {
    const ring = readBtf(
      build(builder => {
        builder.add({ kind: "typedef", name: "a", type: 3 as TypeId })
        builder.add({ kind: "const", name: "", type: 2 as TypeId })
      }),
    )
    const id = 2 as TypeId
    for (const ask of [ring.resolve, ring.sizeOf, ring.alignOf])
      expect(() => ask.call(ring, id)).toThrow("a loop")
    expect(ring.nameOf(id)).toBe("a")
    expect(() => ring.nameOf(3 as TypeId)).not.toThrow()
  })

  test("pointers in a ring have a size, and no spelling", () => {
    const ring = readBtf(build(builder => builder.add({ kind: "ptr", name: "", type: 2 as TypeId })))
    expect(ring.sizeOf(2 as TypeId)).toBe(8)
    expect(() => ring.nameOf(2 as TypeId)).toThrow("a loop")
  })

  test("arrays of arrays beyond 4 GiB", () => {
    const big = readBtf(
      build(builder => {
        const inner = builder.add({
          kind: "array",
          name: "",
          element: 1 as TypeId,
          index: 1 as TypeId,
          length: 1 << 20,
        })
        builder.add({ kind: "array", name: "", element: inner, index: 1 as TypeId, length: 1 << 20 })
      }),
    )
    expect(() => big.sizeOf(3 as TypeId)).toThrow("exceeds 4 GiB")
  })

  test("parameters that double at each level end as a long spelling, not as a long wait", () => {
    const builder = new BtfBuilder()
    let id = builder.add(INT)
    for (let i = 0; i < 40; i++) {
      const params = [
        { name: "a", type: id },
        { name: "b", type: id },
      ]
      id = builder.add({
        kind: "ptr",
        name: "",
        type: builder.add({ kind: "func_proto", name: "", returns: id, params }),
      })
    }
    const btf = readBtf(builder.build())
    const start = performance.now()
    expect(() => btf.nameOf(id)).toThrow(BtfError)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test("overlapping strings that add up to gigabytes", () => {
    const builder = new BtfBuilder()
    const text = "x".repeat(1 << 20)
    const start = builder.string(text)
    for (let i = 0; i < 100; i++) builder.add({ kind: "fwd", name: "", aggregate: "struct" })
    const bytes = builder.build()
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < 100; i++) view.setUint32(24 + i * 12, start + i, true)
    const btf = readBtf(bytes)
    expect(() => [...btf.ids()].map(id => btf.type(id))).toThrow("overlapping strings")
  })
})

function caught(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    return error
  }
  return undefined
}
