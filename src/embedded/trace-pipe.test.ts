import { expect, test } from "vitest"
import { formatTraceLine, TracePipe } from "./trace-pipe.ts"

const line = { comm: "init", pid: 116, cpu: 0, flags: "...21", time: 13_478_095_432n, text: "hello" }

// The line of a 6.1 kernel for the same values.
test("a line has the kernel's columns", () => {
  expect(formatTraceLine(line)).toBe(
    "            init-116     [000] ...21    13.478095: bpf_trace_printk: hello",
  )
})

test("lines are taken once and in order", () => {
  const pipe = new TracePipe()
  pipe.write(line)
  pipe.write({ ...line, text: "again" })
  expect(pipe.take().map(line => line.text)).toEqual(["hello", "again"])
  expect(pipe.take()).toEqual([])
})
