import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { RelocationError } from "../../base/index.ts"
import type { Btf } from "../btf.ts"
import { CORE_KINDS, type CoreKind } from "../btf-ext.ts"
import { BtfBuilder } from "../builder.ts"
import { readBtf } from "../read.ts"
import type { BtfMember, TypeId } from "../types.ts"
import { describeCore } from "./describe.ts"
import { CoreResolver, resolveCore } from "./resolve-core.ts"

// What compiled objects ask is tested against libbpf's own answers in test/core-relocation.

type Fields = Readonly<Record<string, TypeId | { type: TypeId; bits: number }>>

/** Builds types by hand: integers by size, structs with their members packed one after the other. */
class Types {
  readonly #builder: BtfBuilder
  readonly #base: Btf | undefined

  constructor(base?: Btf) {
    this.#base = base
    this.#builder = new BtfBuilder(base ? { base } : {})
  }

  int(size: number, encoding: "" | "signed" = ""): TypeId {
    return this.#builder.add({
      kind: "int",
      name: `u${size * 8}`,
      size,
      encoding,
      bitOffset: 0,
      bits: size * 8,
    })
  }

  struct(name: string, size: number, fields: Fields, kind: "struct" | "union" = "struct"): TypeId {
    let bitOffset = 0
    const members: BtfMember[] = Object.entries(fields).map(([field, entry]) => {
      const { type, bits } = typeof entry === "number" ? { type: entry, bits: 0 } : entry
      const member = { name: field.startsWith("?") ? "" : field, type, bitOffset, bitSize: bits }
      bitOffset += bits || 32
      return member
    })
    return this.#builder.add({ kind, name, size, members })
  }

  add: BtfBuilder["add"] = type => this.#builder.add(type)

  build(label: string, littleEndian = true): Btf {
    const bytes = this.#builder.build({ littleEndian })
    return readBtf(bytes, { label, ...(this.#base && { base: this.#base }) })
  }
}

function oneStruct(name: string, fields: (types: Types) => Fields, base?: Btf, littleEndian = true): Btf {
  const types = new Types(base)
  types.struct(name, 64, fields(types))
  return types.build(name, littleEndian)
}

function ask(local: Btf, name: string, kind: CoreKind, access = "0") {
  return { at: 0, kind, type: local.find(name)!, access }
}

describe("targets with modules", () => {
  const vmlinux = oneStruct("task", types => ({ pad: types.int(4), pid: types.int(4) }))
  const driver = oneStruct(
    "device",
    types => ({ a: types.int(4), b: types.int(4), id: types.int(4) }),
    vmlinux,
  )
  const twin = oneStruct("device", types => ({ x: types.int(4), y: types.int(4), id: types.int(4) }), vmlinux)
  const shadow = oneStruct("task", types => ({ pid: types.int(4) }), vmlinux)
  const local = (name: string, field: string) => oneStruct(name, types => ({ [field]: types.int(4) }))

  test("types of the kernel hide those of modules", () => {
    const program = local("task", "pid")
    const record = ask(program, "task", "field_byte_offset", "0:0")
    expect(resolveCore(program, record, { vmlinux, modules: [shadow] })).toMatchObject({ value: 4n })
    // Given alone, split BTF stands for all the types that it can name.
    expect(() => resolveCore(program, record, shadow)).toThrow(/contradict each other/)
  })

  test("types that only modules have are found there, each module's own types alone", () => {
    const program = local("device", "id")
    const record = ask(program, "device", "field_byte_offset", "0:0")
    expect(resolveCore(program, record, { vmlinux, modules: [shadow, driver] })).toMatchObject({ value: 8n })
    expect(resolveCore(program, record, { vmlinux, modules: [driver, twin] })).toMatchObject({ value: 8n })
    expect(resolveCore(program, record, { vmlinux, modules: [] })).toMatchObject({ kind: "poison" })
    expect(resolveCore(program, record, vmlinux)).toMatchObject({ kind: "poison" })
  })

  test("modules contradict each other as flavours do", () => {
    const program = local("device", "a")
    const other = oneStruct("device", types => ({ first: types.int(4), a: types.int(4) }), vmlinux)
    const record = ask(program, "device", "field_exists", "0:0")
    expect(() => resolveCore(program, record, { vmlinux, modules: [driver, other] })).toThrow(
      /candidates contradict each other: bit 0, but bit 32/,
    )
  })

  test("flavours whose names stand in the kernel's strings are found in modules", () => {
    const kernel = oneStruct("label___of_device", types => ({ x: types.int(4) }))
    const module = oneStruct("label___of_device", types => ({ id: types.int(4) }), kernel)
    const program = local("label", "id")
    // Only "id" is new.
    expect(module.stringEnd).toBe(kernel.stringEnd + 3)
    const record = ask(program, "label", "field_exists", "0:0")
    // The kernel's own candidate comes first, though it has no such field.
    expect(resolveCore(program, record, { vmlinux: kernel, modules: [module] })).toMatchObject({ value: 0n })
    expect(resolveCore(program, record, module)).toMatchObject({ value: 1n })
  })
})

describe("byte order", () => {
  test("the shift to the left drops what stands above: bits before a bitfield on big-endian machines", () => {
    const flags = (littleEndian: boolean) =>
      oneStruct(
        "flags",
        types => {
          const type = types.int(4)
          return { a: { type, bits: 3 }, b: { type, bits: 5 } }
        },
        undefined,
        littleEndian,
      )
    const value = (littleEndian: boolean, kind: CoreKind) => {
      const btf = flags(littleEndian)
      return resolveCore(btf, ask(btf, "flags", kind, "0:1"), btf)
    }
    expect(value(true, "field_lshift_u64")).toMatchObject({ value: 56n })
    expect(value(false, "field_lshift_u64")).toMatchObject({ value: 35n })
    expect(value(false, "field_rshift_u64")).toMatchObject({ value: 59n })
  })
})

describe("the order of relocations", () => {
  const target = () => {
    const types = new Types()
    const number = types.int(4)
    types.struct("thing", 64, { first: number, a: number })
    types.struct("thing___two", 64, { a: number, only: number })
    return types.build("target")
  }
  const program = oneStruct("thing", types => {
    const number = types.int(4)
    return { a: number, only: number }
  })
  const ofA = ask(program, "thing", "field_byte_offset", "0:0")
  const ofOnly = ask(program, "thing", "field_byte_offset", "0:1")

  test("a resolver remembers which candidates matched", () => {
    const resolver = new CoreResolver(program, target())
    expect(resolver.resolve(ofOnly)).toMatchObject({ value: 4n })
    expect(resolver.resolve(ofA)).toMatchObject({ value: 0n })
  })

  test("resolveCore remembers nothing", () => {
    const blob = target()
    resolveCore(program, ofOnly, blob)
    expect(() => resolveCore(program, ofA, blob)).toThrow(RelocationError)
  })
})

describe("hostile types", () => {
  /** Each struct holds the one before twice, anonymously: 2^depth places to look at. */
  function doubling(depth: number, last: string): Btf {
    const types = new Types()
    let inner = types.struct("", 4, { [last]: types.int(4) })
    for (let i = 0; i < depth; i++) inner = types.struct("", 4, { "?1": inner, "?2": inner }, "union")
    types.struct("thing", 4, { "?1": inner })
    return types.build("doubling")
  }

  test.each(["field_byte_offset", "type_matches"] as const)("%s ends in bounded time", kind => {
    const target = doubling(26, "other")
    const local =
      kind === "type_matches" ? doubling(26, "x") : oneStruct("thing", types => ({ x: types.int(4) }))
    const record = ask(local, "thing", kind, kind === "type_matches" ? "0" : "0:0")
    const start = performance.now()
    expect(() => resolveCore(local, record, target)).toThrow(/more than 1000000 steps/)
    expect(performance.now() - start).toBeLessThan(5000)
  })

  test("nesting deeper than 64 is refused", () => {
    const types = new Types()
    let inner = types.struct("", 4, { x: types.int(4) })
    for (let i = 0; i < 70; i++) inner = types.struct("", 4, { "?1": inner })
    types.struct("thing", 4, { "?1": inner })
    const target = types.build("deep")
    const local = oneStruct("thing", own => ({ x: own.int(4) }))
    expect(() => resolveCore(local, ask(local, "thing", "field_exists", "0:0"), target)).toThrow(
      /deeper than 64/,
    )
  })

  test("any record gives a result or a RelocationError", () => {
    const types = new Types()
    const number = types.int(4)
    const pointer = types.add({ kind: "ptr", name: "", type: number })
    const list = types.add({ kind: "array", name: "", element: number, index: number, length: 4 })
    types.add({ kind: "fwd", name: "declared", aggregate: "struct" })
    types.add({ kind: "enum", name: "level", size: 4, signed: false, values: [{ name: "LOW", value: 1n }] })
    types.add({ kind: "typedef", name: "number_t", type: number })
    types.struct("thing", 64, {
      number,
      pointer,
      list,
      bits: { type: number, bits: 3 },
      bad: { type: pointer, bits: 4 },
    })
    const btf = types.build("all")
    const record = fc.record({
      at: fc.constant(0),
      kind: fc.constantFrom(...CORE_KINDS),
      type: fc.integer({ min: 1, max: btf.count - 1 }).map(id => id as TypeId),
      access: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom("0", "0:0", "0:1", "0:2:3", "0:3", "0:4", "5") },
        { weight: 1, arbitrary: fc.string() },
      ),
    })
    let answered = 0
    fc.assert(
      fc.property(record, asked => {
        try {
          expect(["value", "poison"]).toContain(resolveCore(btf, asked, btf).kind)
          expect(describeCore(btf, asked)).toMatch(/^<\w+> \[\d+\] /)
          answered++
        } catch (error) {
          expect(error).toBeInstanceOf(RelocationError)
        }
      }),
      { numRuns: 3000, seed: 7 },
    )
    expect(answered).toBeGreaterThan(200)
  })
})
