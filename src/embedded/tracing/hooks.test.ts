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
