import { describe, expect, test } from "vitest"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { KernelMemory } from "./kernel-memory.ts"
import { KernelTypes } from "./kernel-object.ts"

const types = new KernelTypes(new KernelMemory(), (await loadBuiltinProfile("6.12")).btf())

describe("fields of kernel structs", () => {
  test.each<[struct: string, field: string, value: number | bigint | boolean, seen: bigint]>([
    ["task_struct", "pid", -1, -1n],
    ["task_struct", "flags", 0xffff_ffff, 0xffff_ffffn],
    ["task_struct", "flags", 0xdead_0000_0000_0005n, 5n],
    ["task_struct", "start_time", 2n ** 63n + 1n, 2n ** 63n + 1n],
    ["task_struct", "start_time", -1, 2n ** 64n - 1n],
    ["pt_regs", "ax", -38, 2n ** 64n - 38n],
    ["sk_buff", "protocol", 0x1_0008, 8n],
    ["sk_buff", "pkt_type", 9, 1n],
    ["sock", "__sk_common.skc_state", 0x1ff, 0xffn],
    ["sock", "__sk_common.skc_state", true, 1n],
  ])("%s.%s = %s reads as %s", (struct, field, value, seen) => {
    const object = types.create(struct, { [field]: value })
    expect(object.get(field)).toBe(seen)
    expect(object.number(field)).toBe(Number(seen))
    object.free()
  })

  test("do not touch their neighbours", () => {
    const object = types.create("task_struct", { tgid: 7, pid: -1 })
    object.set("pid", 3n)
    expect([object.number("pid"), object.number("tgid")]).toEqual([3, 7])
    object.free()
  })
})
