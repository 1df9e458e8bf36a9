import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { BtfBuilder, type BtfMember, readBtf, type TypeId, VOID } from "../../btf/index.ts"
import { type KernelStructOps, type TypeFinder, toKernelStructOps } from "../../kernel/index.ts"
import { readObject } from "../../object/index.ts"
import { programMembers } from "./create-struct-ops.ts"

const file = new URL("../../../test/kernel/programs/congestion.bpf.o", import.meta.url)
const object = readObject(readFileSync(file), { name: "congestion" })
const spec = object.maps.find(map => map.name === "plain")
if (!spec) throw new Error("the object has no map plain")

const NAME_BYTES = 16

/** A member of the kernel's struct: its name, its bit offset, and its type where that is not the right one. */
type Placed = readonly [name: string, bits: number, type?: "int" | "pointer"]

/** A kernel whose struct tcp_congestion_ops has these members, behind a header of 64 bytes in the value. */
function kernelWith(...members: readonly Placed[]): TypeFinder {
  const builder = new BtfBuilder()
  const int = builder.add({ kind: "int", name: "int", size: 4, encoding: "", bitOffset: 0, bits: 32 })
  const char = builder.add({ kind: "int", name: "char", size: 1, encoding: "char", bitOffset: 0, bits: 8 })
  const name = builder.add({ kind: "array", name: "", element: char, index: int, length: NAME_BYTES })
  const prototype = builder.add({ kind: "func_proto", name: "", returns: VOID, params: [] })
  const pointer = builder.add({ kind: "ptr", name: "", type: prototype })
  const data = builder.add({ kind: "ptr", name: "", type: int })
  const typeOf = (member: string, type?: string): TypeId =>
    type === "int" || member === "flags"
      ? int
      : type === "pointer"
        ? data
        : member === "name"
          ? name
          : pointer
  const placed = members.map(
    ([name, bitOffset, type]): BtfMember => ({ name, bitOffset, bitSize: 0, type: typeOf(name, type) }),
  )
  const ops = builder.add({ kind: "struct", name: "tcp_congestion_ops", size: 128, members: placed })
  const header = builder.add({ kind: "struct", name: "bpf_struct_ops_common_value", size: 64, members: [] })
  builder.add({
    kind: "struct",
    name: "bpf_struct_ops_tcp_congestion_ops",
    size: 192,
    members: [
      { name: "common", type: header, bitOffset: 0, bitSize: 0 },
      { name: "data", type: ops, bitOffset: 512, bitSize: 0 },
    ],
  })
  const btf = readBtf(builder.build())
  return {
    find(name, kind) {
      const id = btf.find(name, kind)
      return id === undefined ? undefined : { id, module: 0, btf }
    },
  }
}

const COMPLETE = [
  ["ssthresh", 0],
  ["cong_avoid", 64],
  ["flags", 128],
  ["undo_cwnd", 192],
  ["init", 256],
  ["release", 320],
  ["name", 384],
] as const satisfies readonly Placed[]

const convert = (...members: readonly Placed[]): KernelStructOps =>
  toKernelStructOps(object, spec, kernelWith(...members))

describe("a struct of operations", () => {
  test("is laid out as the kernel's, member by member", () => {
    const { value, members } = convert(...COMPLETE)
    expect(value.length).toBe(192)
    expect(new TextDecoder().decode(value.subarray(64 + 48, 64 + 48 + 10))).toBe("skep_plain")
    expect(members.toSorted((a, b) => a.index - b.index)).toEqual([
      { program: "skep_ssthresh", offset: 64, index: 0 },
      { program: "skep_avoid", offset: 72, index: 1 },
      { program: "skep_undo", offset: 88, index: 3 },
      { program: "skep_init", offset: 96, index: 4 },
    ])
    expect(value.filter(byte => byte !== 0)).toHaveLength("skep_plain".length)
  })

  test("gives each program its member", () => {
    const kernel = convert(...COMPLETE)
    expect(programMembers([kernel, kernel]).get("skep_undo")).toEqual({
      btfId: kernel.structId,
      module: 0,
      index: 3,
    })
    const other = { ...kernel, members: [{ program: "skep_undo", offset: 0, index: 0 }] }
    expect(() => programMembers([kernel, other])).toThrow(expect.objectContaining({ errno: "EINVAL" }))
  })

  test("may leave zero what the kernel lacks", () => {
    const withoutFlags = COMPLETE.filter(([name]) => name !== "flags")
    expect(convert(...withoutFlags).members).toHaveLength(4)
  })

  test.each([
    [
      "a member that is set",
      COMPLETE.filter(([name]) => name !== "init"),
      "Cannot find member init in kernel BTF",
    ],
    [
      "a member of another kind",
      COMPLETE.map((each): Placed => (each[0] === "init" ? ["init", 256, "int"] : each)),
      "Unmatched member type init ptr != int(kernel)",
    ],
    [
      "a pointer to no function",
      COMPLETE.map((each): Placed => (each[0] === "init" ? ["init", 256, "pointer"] : each)),
      "kernel member init is not a func ptr",
    ],
  ] satisfies [string, readonly Placed[], string][])("is refused for %s", (_, members, problem) => {
    expect(() => convert(...members)).toThrow(
      expect.objectContaining({
        message: `struct_ops init_kern plain: ${problem} (EOPNOTSUPP)`,
        errno: "EOPNOTSUPP",
      }),
    )
  })

  test("is refused where the kernel has none of that name", () => {
    expect(() => toKernelStructOps(object, spec, { find: () => undefined })).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(
          "struct bpf_struct_ops_tcp_congestion_ops is not found in kernel BTF",
        ),
        errno: "ESRCH",
      }),
    )
  })

  test("names the release and the option of those that many kernels lack", () => {
    const scheduler = readObject(
      readFileSync(new URL("../../../test/kernel/programs/scheduler.bpf.o", import.meta.url)),
      { name: "scheduler" },
    )
    const map = scheduler.maps.find(map => map.structOps)
    expect(map && (() => toKernelStructOps(scheduler, map, { find: () => undefined }))).toThrow(
      expect.objectContaining({
        hint: expect.stringMatching(/6\.12, where it is built with CONFIG_SCHED_CLASS_EXT/),
      }),
    )
  })
})
