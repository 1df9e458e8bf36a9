import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { SkepError, UsageError } from "../../base/index.ts"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const object = readObject(readFileSync(new URL("../fixtures/triggers.bpf.o", import.meta.url)), {
  name: "triggers",
})
const NOWHERE = 0x10

describe.each(["6.1", "6.12"])("by hand, on %s,", release => {
  async function boot(...only: string[]) {
    const kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
    const loaded = await kernel.load(object, { only })
    await loaded.attach()
    const seen = async (key: number) => loaded.maps.seen?.get(key)
    return { kernel, loaded, seen }
  }

  test("a trace event gives its programs the record, texts and numbers", async () => {
    const { kernel, loaded } = await boot("on_migrate")
    const event = kernel.tracepoint("sched/sched_migrate_task")
    expect(event.fields.map(({ name }) => name)).toContain("dest_cpu")
    const used = kernel.memory.kernel.used
    event.fire({ comm: "wanderer", pid: 4711, prio: 120, orig_cpu: 0, dest_cpu: 3 })
    event.fire({ pid: 4711, dest_cpu: 1 })
    expect(kernel.memory.kernel.used).toBe(used)
    expect(await loaded.maps.migrations?.get(4711)).toMatchObject({ times: 2n, cpus: 4n, comm: "wanderer" })
  })

  test("raw programs get the arguments", async () => {
    const { kernel, seen } = await boot("on_raw_migrate")
    const event = kernel.tracepoint("sched:sched_migrate_task")
    expect(event.argumentCount).toBe(2)
    event.fire({}, [NOWHERE, 7])
    expect(await seen(1)).toBe(7n)
    expect(() => event.fire({ pid: 1 })).toThrow("raw programs wait on sched/sched_migrate_task")
    expect(() => event.fire({}, [1])).toThrow("has 2 arguments, and 1 are given")
  })

  test("a function gives entry programs its arguments, and programs behind it the result", async () => {
    const { kernel, seen } = await boot("on_entry", "on_return", "on_exit")
    const answer = kernel.function("vfs_fallocate").call([NOWHERE, 3, 0x1000, 0x2000n], -28)
    expect(BigInt.asIntN(32, answer)).toBe(-28n)
    expect(await seen(2)).toBe(0x2000n)
    expect(await seen(3)).toBe(BigInt.asUintN(64, -28n))
    expect(await seen(4)).toBe(0x1000n)
    expect(kernel.calls).toEqual([])
  })

  test("what cannot be fired is refused", async () => {
    const kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
    expect(() => kernel.tracepoint("sched/sched_migrate_tas")).toThrow(SkepError)
    expect(() => kernel.tracepoint("sched/sched_migrate_tas")).toThrow(
      expect.objectContaining({ errno: "ENOENT", hint: expect.stringContaining("sched/sched_migrate_task") }),
    )
    expect(() => kernel.tracepoint("syscalls/sys_enter_openat")).toThrow("fires with the call")
    expect(() => kernel.function("vfs_falocate")).toThrow(
      expect.objectContaining({ errno: "ENOENT", hint: expect.stringContaining("vfs_fallocate") }),
    )
    expect(() => kernel.function("vfs_fallocate").call([1])).toThrow("has 4 arguments, and 1 are given")
    const event = kernel.tracepoint("sched/sched_migrate_task")
    const fire = (record: object) => () => event.fire(record as Record<string, number>)
    expect(fire({ cpu: 1 })).toThrow(UsageError)
    expect(fire({ cpu: 1 })).toThrow("has no field 'cpu'")
    expect(fire({ pid: "one" })).toThrow("field 'pid' (pid_t) cannot hold \"one\"")
    expect(fire({ pid: 1.5 })).toThrow("cannot hold 1.5")
  })
})
