import { describe, expect, test } from "vitest"
import type { EmbeddedProgram } from "../programs/program.ts"
import { type Attachment, TracingHooks } from "./hooks.ts"

const attachment = (name: string): Attachment => ({
  program: { name } as EmbeddedProgram,
  cookie: 0n,
  offset: 0,
})

describe("TracingHooks", () => {
  test("forget a function when its last program goes", () => {
    const hooks = new TracingHooks()
    const removeFirst = hooks.addFunction("do_unlinkat", "kprobe", attachment("a"))
    const removeSecond = hooks.addFunction("do_unlinkat", "fexit", attachment("b"))
    removeFirst()
    expect(hooks.onFunction("do_unlinkat")?.fexit.length).toBe(1)
    removeSecond()
    expect(hooks.onFunction("do_unlinkat")).toBeUndefined()
  })

  test("take a kprobe.multi program off all of its functions", () => {
    const hooks = new TracingHooks()
    const removeProbe = hooks.addFunction("vfs_unlink", "kprobe", attachment("single"))
    const targets = ["vfs_unlink", "do_unlinkat"].map(name => [name, attachment(name)] as const)
    const removeMany = hooks.addMany(new Map(targets), "entry")
    const order = hooks.onFunction("do_unlinkat")?.multi[0]?.order ?? 0
    expect(order).toBeGreaterThan(hooks.kprobesSince)
    removeMany()
    expect(hooks.onFunction("do_unlinkat")).toBeUndefined()
    removeProbe()
    hooks.addFunction("vfs_unlink", "kretprobe", attachment("again"))
    expect(hooks.kprobesSince).toBeGreaterThan(order)
  })

  test("give all programs of one trace event the place of the first", () => {
    const hooks = new TracingHooks()
    hooks.addEvent("sched_switch", "sched/sched_switch", attachment("event 1"))
    hooks.addRaw("sched_switch", attachment("raw"))
    const removeLate = hooks.addEvent("sched_switch", "sched/sched_switch", attachment("event 2"))
    expect(shape(hooks)).toEqual([["event 1", "event 2"], ["raw"]])
    removeLate()
    expect(shape(hooks)).toEqual([["event 1"], ["raw"]])
  })
})

function shape(hooks: TracingHooks): string[][] {
  return (hooks.onTracepoint("sched_switch") ?? []).map(probe =>
    probe.kind === "raw"
      ? [probe.attachment.program.name]
      : probe.attachments.map(attachment => attachment.program.name),
  )
}
