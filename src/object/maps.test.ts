import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { readObject } from "./read-object.ts"
import type { MapSpec, ObjectSpec } from "./spec.ts"

function fixture(name: string): ObjectSpec {
  return readObject(readFileSync(new URL(`./fixtures/${name}.bpf.o`, import.meta.url)), {
    name: `${name}.bpf.o`,
  })
}

function map(object: ObjectSpec, name: string): MapSpec {
  return object.maps.find(each => each.name === name)!
}

describe("maps of .maps", () => {
  const object = fixture("maps")

  test("take types for keys and values, flags and pinning", () => {
    const flows = map(object, "flows")
    expect(flows).toMatchObject({
      kind: "map",
      type: 1,
      keySize: 8,
      valueSize: 16,
      maxEntries: 1024,
      flags: 1,
    })
    expect(flows.pinning).toBe("byName")
    expect(object.btf!.nameOf(flows.keyType!)).toBe("struct key")
    expect(object.btf!.nameOf(flows.valueType!)).toBe("struct value")
  })

  test("take sizes for keys and values, and a NUMA node", () => {
    const counters = map(object, "counters")
    expect(counters).toMatchObject({
      type: 6,
      keySize: 4,
      valueSize: 24,
      maxEntries: 3,
      numaNode: 0,
      pinning: "none",
    })
    expect(counters.keyType).toBeUndefined()
    expect(map(object, "flows").numaNode).toBeUndefined()
  })

  test("take map_extra from an enum", () => {
    expect(map(object, "bloom")).toMatchObject({ type: 30, extra: 5n, keySize: 0, valueSize: 8 })
  })

  test("round ring buffers up to a power of two of pages", () => {
    expect(map(object, "events").maxEntries).toBe(8192)
  })

  test("leave the size of a perf event array to the loader", () => {
    expect(map(object, "output").maxEntries).toBe(0)
  })

  test("hold other maps: template and initial slots", () => {
    const outer = map(object, "outer")
    expect(outer).toMatchObject({
      type: 12,
      valueSize: 4,
      inner: { name: "outer.inner", type: 2, valueSize: 8 },
    })
    expect(outer.initialSlots).toEqual([
      { index: 0, target: "inner_a" },
      { index: 2, target: "inner_b" },
    ])
  })

  test("hold maps of an anonymous definition", () => {
    expect(map(object, "anonymous")).toMatchObject({
      type: 13,
      keySize: 8,
      inner: { type: 27, maxEntries: 4096 },
    })
    expect(map(object, "anonymous").initialSlots).toEqual([])
  })

  test("hold programs in initial slots", () => {
    expect(map(object, "tails").initialSlots).toEqual([
      { index: 1, target: "tail_one" },
      { index: 2, target: "tail_two" },
    ])
  })
})

describe("maps of data sections", () => {
  const object = fixture("globals")
  const MMAPABLE = 0x400
  const RDONLY_PROG = 0x80

  test("are named and flagged as libbpf does", () => {
    expect(object.maps.map(({ name, section, kind, flags }) => [name, section, kind, flags])).toEqual([
      ["globals.data", ".data", "data", MMAPABLE],
      ["globals.rodata", ".rodata", "rodata", RDONLY_PROG | MMAPABLE],
      [".data.custom", ".data.custom", "data", MMAPABLE],
      [".rodata.of_a_very_long_name_1", ".rodata.of_a_very_long_name_1", "rodata", RDONLY_PROG | MMAPABLE],
      [".rodata.of_a_very_long_name_2", ".rodata.of_a_very_long_name_2", "rodata", RDONLY_PROG | MMAPABLE],
      [".data.private", ".data.private", "data", 0],
      ["globals.bss", ".bss", "bss", MMAPABLE],
      ["globals.kconfig", ".kconfig", "kconfig", RDONLY_PROG | MMAPABLE],
    ])
  })

  test("hold the section's bytes; .bss holds zeros", () => {
    const data = map(object, "globals.data")
    expect(data).toMatchObject({ type: 2, keySize: 4, maxEntries: 1, valueSize: 44 })
    expect(new DataView(data.data!.buffer, data.data!.byteOffset).getInt32(0, true)).toBe(7)
    expect(map(object, "globals.bss")).toMatchObject({ valueSize: 16, data: undefined })
  })

  test("list their variables with the offsets of their symbols", () => {
    const of = (name: string) => object.globals.find(global => global.name === name)
    expect(of("origin")).toMatchObject({ map: "globals.data", offset: 8, size: 16, linkage: "global" })
    expect(of("hidden_by_static")).toMatchObject({ map: "globals.data", linkage: "static" })
    expect(of("hidden_by_attribute")).toMatchObject({ map: "globals.data", linkage: "static" })
    expect(of("name")).toMatchObject({ map: "globals.rodata", offset: 4, size: 12 })
    expect(object.btf!.nameOf(of("origin")!.type)).toBe("struct point")
  })
})

describe("externs", () => {
  const object = fixture("globals")

  test("of .kconfig are laid out by alignment, size and name", () => {
    const kconfig = object.externs.filter(each => each.kind === "kconfig")
    expect(kconfig.map(({ name, offset, size, value, weak }) => [name, offset, size, value, weak])).toEqual([
      ["CONFIG_BIG", 0, 8, "integer", true],
      ["CONFIG_HZ", 8, 4, "integer", true],
      ["CONFIG_VXLAN", 12, 4, "tristate", true],
      ["LINUX_KERNEL_VERSION", 16, 4, "integer", false],
      ["CONFIG_BPF_SYSCALL", 20, 1, "bool", false],
      ["CONFIG_LETTER", 21, 1, "char", true],
      ["CONFIG_CC_VERSION_TEXT", 22, 64, "string", true],
    ])
    expect(map(object, "globals.kconfig").valueSize).toBe(86)
  })

  test("of .ksyms are variables, typed or not, and functions", () => {
    const ksyms = object.externs.filter(each => each.kind !== "kconfig")
    expect(ksyms.map(({ kind, name, weak, type }) => [kind, name, weak, object.btf!.nameOf(type)])).toEqual([
      ["ksymVariable", "bpf_link_fops", true, "void"],
      ["ksymVariable", "bpf_prog_active", true, "int"],
      ["kfunc", "bpf_task_from_pid", false, "struct task_struct *(int)"],
      ["kfunc", "bpf_task_release", true, "void (struct task_struct *)"],
      ["ksymVariable", "runqueues", false, "struct rq"],
    ])
  })
})

describe("struct_ops", () => {
  const object = fixture("struct-ops")

  test("are maps whose members name programs", () => {
    expect(map(object, "ours")).toMatchObject({ kind: "structOps", type: 26, flags: 1 << 13, valueSize: 48 })
    expect(map(object, "ours").structOps).toMatchObject({
      typeName: "tcp_congestion_ops___ours",
      link: true,
      autocreate: true,
      programs: [
        { member: "ssthresh", offset: 8, program: "ssthresh" },
        { member: "cong_avoid", offset: 16, program: "cong_avoid" },
        { member: "undo_cwnd", offset: 24, program: "late" },
      ],
    })
    expect(map(object, "plain").structOps).toMatchObject({ link: false, autocreate: true })
    expect(map(object, "optional").structOps).toMatchObject({ link: true, autocreate: false })
  })

  test("keep the bytes of their other members", () => {
    const { data } = map(object, "ours")
    expect(data![0]).toBe(2)
    expect(new TextDecoder().decode(data!.subarray(32, 36))).toBe("skep")
  })

  test("decide which of their programs are loaded", () => {
    expect(object.programs.map(({ name, autoload }) => [name, autoload])).toEqual([
      ["ssthresh", true],
      ["cong_avoid", true],
      ["undo_cwnd", false],
      ["not_named", true],
      ["late", true],
    ])
  })
})

describe("an arena", () => {
  const object = fixture("arena")

  test("carries its globals and their bytes", () => {
    expect(map(object, "arena")).toMatchObject({ type: 33, maxEntries: 2 })
    expect(map(object, "arena").data).toHaveLength(16)
    expect(object.globals.map(({ name, map, offset }) => [name, map, offset])).toEqual([
      ["shared", "arena", 0],
      ["total", "arena", 8],
    ])
  })

  test("is what references to its globals name", () => {
    const references = object.programs[0]!.references
    expect(references).toContainEqual({ kind: "mapValue", at: expect.any(Number), map: "arena", offset: 8 })
    expect(references).toContainEqual({ kind: "map", at: expect.any(Number), map: "arena" })
  })
})
