import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import picocolors from "picocolors"
import { expect, test } from "vitest"
import { resultText } from "./text.ts"

const SKEP = fileURLToPath(new URL("../../../bin/skep.js", import.meta.url))

/** The built command: Node itself reads the exhibits' TypeScript. */
function runSkep(...args: string[]): {
  readonly status: number | null
  readonly out: string
  readonly err: string
} {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SKEP, ...args], { encoding: "utf8" })
  return { status, out: stdout, err: stderr }
}

test("list names every exhibit with the types of its programs", () => {
  const { out, status } = runSkep("exhibit", "list")
  expect(status).toBe(0)
  expect(out).toMatch(
    /^hello +six ways to watch one execve\(2\) \[tracepoint, kprobe, tracing, raw_tracepoint\]$/m,
  )
  const rows = JSON.parse(runSkep("exhibit", "list", "--json").out) as { readonly name: string }[]
  expect(rows.map(({ name }) => name)).toContain("tc-balancer")
})

test("show prints the text and the program", () => {
  const { out } = runSkep("exhibit", "show", "hello")
  expect(out).toMatch(/^# hello\n[\s\S]*SEC\("tp\/syscalls\/sys_enter_execve"\)/)
})

test("run says what was seen, and that it is what was to be seen", () => {
  const { out, status } = runSkep("exhibit", "run", "hello", "--release", "6.1")
  expect(status).toBe(0)
  expect(out).toMatch(/^hello {2}six ways to watch one execve\(2\) \(embedded kernel 6\.1\)\n/)
  expect(out).toContain("  tp_btf_exec  tracing  tp_btf/sched_process_exec\n")
  expect(out).toContain("  ok status: 0\n")
  const [result] = JSON.parse(runSkep("exhibit", "run", "hello", "--json").out) as unknown[]
  expect(result).toMatchObject({ name: "hello", outcome: "as expected", run: { observed: { status: 0 } } })
})

test("run says what a release is too old for", () => {
  const { out, status } = runSkep("exhibit", "run", "tcx-chain", "--release", "6.1")
  expect(status).toBe(0)
  expect(out).toContain("not here: it needs Linux 6.6, this is 6.1")
})

test("what is seen instead shows beside what was expected", () => {
  const run = { programs: [], observed: { a: 1n, b: 2 }, expected: { a: 1n, b: [3] } }
  const result = {
    name: "x",
    title: "y",
    kernel: "linux",
    release: "6.12",
    outcome: "different",
    run,
  } as const
  expect(resultText(result, picocolors.createColors(false))).toBe(
    "x  y (Linux 6.12)\n  ok a: 1n\n  no b: 2, expected [ 3 ]",
  )
})

test("the name of a program type shows where its programs are", () => {
  expect(runSkep("exhibit", "show", "lsm").err).toMatch(/hint: programs of type lsm are in .*\bguard\b/)
})

test("unknown exhibits and wrong options are refused", () => {
  const unknown = runSkep("exhibit", "run", "helo")
  expect(unknown).toMatchObject({ status: 2, err: expect.stringContaining("did you mean hello?") })
  expect(runSkep("exhibit", "run", "hello", "--linux", "--release", "6.1").status).toBe(2)
  expect(runSkep("exhibit", "show", "../../etc").status).toBe(2)
})
