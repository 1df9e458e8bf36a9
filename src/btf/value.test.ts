import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { BtfBuilder } from "./builder.ts"
import { findMember } from "./member.ts"
import { readBtf } from "./read.ts"
import { type BtfMember, type TypeId, VOID } from "./types.ts"
import { type BtfValue, readValue, writeValue } from "./value.ts"

function member(name: string, type: TypeId, bitOffset: number, bitSize = 0): BtfMember {
  return { name, type, bitOffset, bitSize }
}

function int(name: string, size: number, encoding: "" | "signed" | "char" | "bool" = "") {
  return { kind: "int", name, size, encoding, bitOffset: 0, bits: size * 8 } as const
}

/** One BTF with a type of every sort, by name. */
function world(littleEndian = true) {
  const builder = new BtfBuilder()
  const u8 = builder.add(int("unsigned char", 1))
  const char = builder.add(int("char", 1, "signed"))
  const bool = builder.add(int("_Bool", 1, "bool"))
  const s32 = builder.add(int("int", 4, "signed"))
  const u32 = builder.add(int("unsigned int", 4))
  const u64 = builder.add(int("unsigned long", 8))
  const s64 = builder.add(int("long long", 8, "signed"))
  const u128 = builder.add(int("unsigned __int128", 16))
  const float = builder.add({ kind: "float", name: "float", size: 4 })
  const double = builder.add({ kind: "float", name: "double", size: 8 })
  const pointer = builder.add({ kind: "ptr", name: "", type: VOID })
  const comm = builder.add({ kind: "array", name: "", element: char, index: u32, length: 16 })
  const words = builder.add({ kind: "array", name: "", element: u32, index: u32, length: 3 })
  const octets = builder.add({ kind: "array", name: "", element: u8, index: u32, length: 4 })
  const state = builder.add({
    kind: "enum",
    name: "state",
    size: 4,
    signed: true,
    values: [
      { name: "IDLE", value: 0n },
      { name: "BUSY", value: 7n },
      { name: "LOST", value: -1n },
    ],
  })
  const big = builder.add({
    kind: "enum64",
    name: "big",
    size: 8,
    signed: false,
    values: [{ name: "HUGE", value: 1n << 40n }],
  })
  const inner = builder.add({
    kind: "union",
    name: "",
    size: 4,
    members: [member("whole", u32, 0), member("parts", octets, 0)],
  })
  const alias = builder.add({ kind: "typedef", name: "u32_alias", type: u32 })
  const event = builder.add({
    kind: "struct",
    name: "event",
    size: 40,
    members: [
      member("pid", alias, 0),
      member("state", state, 32),
      member("comm", comm, 64),
      member("", inner, 192),
      member("ok", bool, 224),
      member("when", u64, 256),
    ],
  })
  const bits = builder.add({
    kind: "struct",
    name: "bits",
    size: 8,
    members: [
      member("a", u32, 0, 3),
      member("b", s32, 3, 5),
      member("", u32, 8, 4),
      member("c", u64, 12, 50),
      member("d", state, 62, 2),
    ],
  })
  const list = builder.add({ kind: "array", name: "", element: event, index: u32, length: 2 })
  const types = {
    u8,
    char,
    bool,
    s32,
    u32,
    u64,
    s64,
    u128,
    float,
    double,
    pointer,
    comm,
    words,
    octets,
    state,
    big,
    event,
    bits,
    list,
  }
  return { btf: readBtf(builder.build({ littleEndian })), ...types }
}

function roundTrip(btf: Btf, id: TypeId, value: BtfValue): BtfValue {
  const bytes = new Uint8Array(btf.sizeOf(id) + 3)
  writeValue(btf, id, value, bytes, 3)
  return readValue(btf, id, bytes, 3)
}

describe.each([true, false])("values, little-endian %s", littleEndian => {
  const w = world(littleEndian)
  const EVENT = {
    pid: 4242,
    state: "BUSY",
    comm: "bash",
    whole: 0x01020304,
    parts: littleEndian ? [4, 3, 2, 1] : [1, 2, 3, 4],
    ok: true,
    when: 1n << 60n,
  }

  test.each([
    ["u8", w.u8, 255],
    ["signed int", w.s32, -2],
    ["unsigned int", w.u32, 0xffffffff],
    ["unsigned long", w.u64, 0xffff_ffff_ffff_fffen],
    ["long long", w.s64, -5n],
    ["__int128", w.u128, (1n << 100n) + 5n],
    ["float", w.float, 1.5],
    ["double", w.double, 0.1],
    ["pointer", w.pointer, 0xffff_8880_0000_1000n],
    ["bool", w.bool, true],
    ["enumerator", w.state, "LOST"],
    ["enum without such a value", w.state, 12],
    ["enum64", w.big, "HUGE"],
    ["enum64 without such a value", w.big, 9n],
    ["text", w.comm, "swapper/0"],
    ["text of full length", w.comm, "0123456789abcdef"],
    ["array", w.words, [1, 2, 3]],
    ["struct", w.event, EVENT],
    ["array of structs", w.list, [EVENT, { ...EVENT, pid: 1 }]],
    ["bitfields", w.bits, { a: 5, b: -16, c: (1n << 50n) - 2n, d: "LOST" }],
  ] as [string, TypeId, BtfValue][])("%s survives writing and reading", (_name, id, value) => {
    expect(roundTrip(w.btf, id, value)).toEqual(value)
  })

  test("bitfields lie where C puts them", () => {
    const bytes = new Uint8Array(8)
    writeValue(w.btf, w.bits, { a: 1, b: 0, c: 0n, d: 0 }, bytes)
    expect(bytes[0]).toBe(littleEndian ? 0b00000001 : 0b00100000)
  })

  test("any numbers in bitfields come back", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: -16, max: 15 }),
        fc.bigInt({ min: 0n, max: (1n << 50n) - 1n }),
        (a, b, c) => {
          expect(roundTrip(w.btf, w.bits, { a, b, c, d: 0 })).toEqual({ a, b, c, d: "IDLE" })
        },
      ),
    )
  })
})

describe("readValue", () => {
  const w = world()

  test("cuts text at its NUL and keeps bytes when asked", () => {
    const bytes = new Uint8Array(16)
    bytes.set([104, 105, 0, 33])
    expect(readValue(w.btf, w.comm, bytes)).toBe("hi")
    expect(readValue(w.btf, w.comm, bytes, 0, { chars: "bytes" })).toEqual(bytes)
  })

  test("gives chars that are no UTF-8 as bytes", () => {
    const bytes = new Uint8Array(16).fill(0xff)
    expect(readValue(w.btf, w.comm, bytes)).toEqual(bytes)
  })

  test("keeps a member called __proto__ a member", () => {
    const builder = new BtfBuilder()
    const u8 = builder.add(int("u8", 1))
    const odd = builder.add({ kind: "struct", name: "odd", size: 1, members: [member("__proto__", u8, 0)] })
    const value = readValue(readBtf(builder.build()), odd, Uint8Array.of(9))
    expect(Object.entries(value)).toEqual([["__proto__", 9]])
  })

  test("refuses too few bytes, naming the type and the counts", () => {
    expect(() => readValue(w.btf, w.event, new Uint8Array(39))).toThrow(
      "struct event: 40 bytes at offset 0 leave the 39 bytes there are",
    )
  })

  test("names the member that lies outside its struct's bytes", () => {
    const builder = new BtfBuilder()
    const u64 = builder.add(int("u64", 8))
    const bad = builder.add({ kind: "struct", name: "bad", size: 4, members: [member("far", u64, 64)] })
    expect(() => readValue(readBtf(builder.build()), bad, new Uint8Array(4))).toThrow(
      "struct bad.far: 8 bytes",
    )
  })

  test("refuses void and functions", () => {
    const builder = new BtfBuilder()
    const proto = builder.add({ kind: "func_proto", name: "", returns: VOID, params: [] })
    const btf = readBtf(builder.build())
    expect(() => readValue(btf, VOID, new Uint8Array(8))).toThrow(BtfError)
    expect(() => readValue(btf, proto, new Uint8Array(8))).toThrow("it is a func_proto")
  })

  test("stops at arrays of four billion empty structs", () => {
    const builder = new BtfBuilder()
    const empty = builder.add({ kind: "struct", name: "empty", size: 0, members: [] })
    const many = builder.add({ kind: "array", name: "", element: empty, index: empty, length: 0xffffffff })
    expect(() => readValue(readBtf(builder.build()), many, new Uint8Array(0))).toThrow("parts")
  })

  test("stops at a struct that contains itself", () => {
    const builder = new BtfBuilder()
    const self = builder.reserve()
    builder.define(self, { kind: "struct", name: "self", size: 4, members: [member("again", self, 0)] })
    expect(() => readValue(readBtf(builder.build()), self, new Uint8Array(4))).toThrow("nest deeper")
  })

  test("stops at unions that double forty times over", () => {
    const builder = new BtfBuilder()
    let id = builder.add(int("u8", 1))
    for (let i = 0; i < 40; i++)
      id = builder.add({
        kind: "union",
        name: `u${i}`,
        size: 1,
        members: [member("a", id, 0), member("b", id, 0)],
      })
    expect(() => readValue(readBtf(builder.build()), id, new Uint8Array(1))).toThrow("parts")
  })
})

describe("writeValue", () => {
  const w = world()
  const bytes = new Uint8Array(80)

  test("clears what is not given, as a C initialiser does", () => {
    bytes.fill(0xee)
    writeValue(w.btf, w.event, { pid: 1 }, bytes)
    expect([...bytes.subarray(0, 8)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
    expect(bytes.subarray(8, 40).every(byte => byte === 0)).toBe(true)
    expect(bytes[40]).toBe(0xee)
  })

  test.each([
    [w.event, { pid: -1 }, "struct event.pid: -1 is outside 0 to 4294967295 (u32_alias, 32 bits)"],
    [w.event, { pid: 1.5 }, "struct event.pid: 1.5 is not an integer (u32_alias)"],
    [w.event, { state: "IDEL" }, 'struct event.state: enum state has no enumerator "IDEL"'],
    [
      w.event,
      { comm: "x".repeat(17) },
      'struct event.comm: "xxxxxxxxxxxxxxxxx" has 17 elements, too many for char[16]',
    ],
    [
      w.event,
      { parts: [1, 2, 300] },
      "struct event.parts[2]: 300 is outside 0 to 255 (unsigned char, 8 bits)",
    ],
    [w.event, { when: 2 ** 60 }, "struct event.when: 1152921504606847000 is not exact as a number"],
    [w.event, { ok: "yes" }, 'struct event.ok: "yes" is not a boolean (_Bool)'],
    [w.event, { pdi: 1 }, "struct event: struct event has no member pdi"],
    [w.event, 5, "struct event: 5 is not an object of struct event"],
    [w.bits, { b: 16 }, "struct bits.b: 16 is outside -16 to 15 (int, 5 bits)"],
    [w.words, [1, 2, 3, 4], "unsigned int[3]: [Array] has 4 elements, too many for unsigned int[3]"],
    [w.list, [{}, { pid: "x" }], 'struct event[2][1].pid: "x" is not an integer (u32_alias)'],
  ] as [TypeId, BtfValue, string][])("of type %s refuses %j", (id, value, message) => {
    expect(() => writeValue(w.btf, id, value, bytes)).toThrow(message)
    expect(() => writeValue(w.btf, id, value, bytes)).toThrow(BtfError)
  })

  test("suggests the name that was meant", () => {
    const error = (() => {
      try {
        writeValue(w.btf, w.event, { pdi: 1 }, bytes)
      } catch (thrown) {
        return thrown as BtfError
      }
    })()
    expect(error?.hint).toBe("did you mean pid?")
  })
})

describe("findMember", () => {
  const w = world()

  test.each([
    ["pid", 0, 0],
    ["whole", 192, 0],
    ["parts[3]", 216, 0],
    ["when", 256, 0],
  ])("finds %s of struct event", (path, bitOffset, bitSize) => {
    expect(findMember(w.btf, w.event, path)).toMatchObject({ bitOffset, bitSize })
  })

  test("goes through arrays of structs, and gives bitfields their width", () => {
    expect(findMember(w.btf, w.list, "[1].parts[2]")).toMatchObject({ bitOffset: 320 + 192 + 16 })
    expect(findMember(w.btf, w.bits, "c")).toMatchObject({ bitOffset: 12, bitSize: 50 })
  })

  test("knows nothing of other names, elements past the end, and members of scalars", () => {
    expect(findMember(w.btf, w.event, "nope")).toBeUndefined()
    expect(findMember(w.btf, w.event, "parts[4]")).toBeUndefined()
    expect(findMember(w.btf, w.event, "pid.x")).toBeUndefined()
  })

  test.each(["", "a..b", ".a", "a[", "a[-1]", "a b", "[1]x", "a]"])("refuses %j, which is no path", path => {
    expect(() => findMember(w.btf, w.event, path)).toThrow(BtfError)
  })
})
