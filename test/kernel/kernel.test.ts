import { describe, expect, test } from "vitest"
import { hasKernel } from "../../scripts/kernel-guest/kernel-package.mjs"
import { missingTools } from "../tools.ts"
import { buildKernelSuite, runKernelSuite, type SuiteRun } from "./run-suite.ts"

// The tests of suite/ run in a guest; what they gave shows here as one test each.
// npm run test:kernel -- --release 6.12 -t PATTERN
const releases = process.env.SKEP_RELEASE?.split(",") ?? ["6.1", "6.12", "reference"]
const [missing, reason] = missingTools(
  "qemu-system-x86_64",
  "busybox",
  "cpio",
  "bpftool",
  "gcc",
  "strace",
  "ip",
  "tc",
)
const runs = new Map<string, Promise<SuiteRun>>()
if (!missing) {
  buildKernelSuite()
  // All at once: an emulated machine keeps one processor busy.
  for (const release of releases.filter(hasKernel)) {
    const run = runKernelSuite(release, process.env.SKEP_PATTERN)
    // One that fails while another is awaited is reported in its turn.
    run.catch(() => {})
    runs.set(release, run)
  }
}

describe.each(releases)("Linux %s", async release => {
  const run = runs.get(release)
  if (!run) {
    const why = missing ? reason : "build it first: node test/kernel/build-reference.mjs"
    test("the kernel suite", ({ skip }) => skip(why))
    return
  }
  const { tests, status, errors, verdicts } = await run
  test("boots and runs the suite to its end", () => {
    expect(tests.length, errors).toBeGreaterThan(0)
    expect([0, 1], `it broke off after "${tests.at(-1)?.name}": ${errors}`).toContain(status)
  })
  for (const { name, difference, skipped } of verdicts)
    test(`verify says what the kernel says to ${name}`, ({ skip }) => {
      if (skipped !== undefined) skip(skipped)
      if (difference !== undefined) expect.fail(difference)
    })
  for (const { name, error, skipped } of tests)
    test(name, ({ skip }) => {
      if (skipped !== undefined) skip(skipped)
      if (error !== undefined) expect.fail(error)
    })
})
