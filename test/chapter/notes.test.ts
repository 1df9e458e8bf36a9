// Contexts that are declared as something that they are not: a verifier takes the programs, and the report says what is odd.
import { expect, test } from "vitest"
import { verify } from "../../src/verdict/index.ts"
import { chapterObject, exhibitObject } from "./load.ts"

test("a context that is declared as something else is taken, with a note", async () => {
  const { programs } = await verify(chapterObject("records"))
  const reports = Object.values(programs).map(each => each["6.12"])
  expect(reports.map(report => report?.verdict)).toEqual(["accept", "accept", "accept"])
  expect(reports.map(report => report?.notes)).toEqual([
    [
      "member pid of struct exec_record stands at 8: the record has pid at 12 (sched/sched_process_exec of 6.12)",
      "member old_pid of struct exec_record stands at 12: the record has old_pid at 16 (sched/sched_process_exec of 6.12)",
    ],
    [
      "its context is declared as struct trace_event_raw_sched_process_exec, the record that tp programs get; raw_tp programs get the tracepoint's arguments, eight bytes each",
    ],
    [
      expect.stringMatching(
        /^its context is declared as struct __sk_buff, which socket_filter, .*programs get$/,
      ),
    ],
  ])
})

test("a context that is declared as it is has no note", async () => {
  for (const name of [
    "hello",
    "tracepoint",
    "raw-tracepoint",
    "tp-btf",
    "xdp-firewall",
    "tc-balancer",
    "sock-guard",
  ]) {
    const { programs } = await verify(exhibitObject(name))
    for (const { "6.12": report } of Object.values(programs)) expect(report?.notes, name).toBeUndefined()
  }
})
