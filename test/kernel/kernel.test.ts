import { describe, expect, test } from "vitest"
import { hasKernel } from "../../scripts/kernel-guest/kernel-package.mjs"
import { missingTools } from "../tools.ts"
import { runKernelSuite } from "./run-suite.ts"

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

describe.each(releases)("Linux %s", async release => {
  if (missing) {
    test.skip(`the kernel suite`, ({ skip }) => skip(true, reason))
    return
  }
  if (!hasKernel(release)) {
    test.skip("the kernel suite", ({ skip }) => skip("build it first: node test/kernel/build-reference.mjs"))
    return
  }
  const { tests, errors } = await runKernelSuite(release, process.env.SKEP_PATTERN)
  test("boots and runs the suite", () => {
    expect(tests.length, errors).toBeGreaterThan(0)
  })
  for (const { name, error, skipped } of tests)
    test(name, ({ skip }) => {
      if (skipped !== undefined) skip(skipped)
      if (error !== undefined) expect.fail(error)
    })
})
