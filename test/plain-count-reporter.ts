import type { Reporter, TestModule } from "vitest/node"

/** Prints why tests were skipped, and the line that machines read: `N passed, N failed, N skipped`, over all test files. */
export default class PlainCountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      if (module.state() === "failed" && [...module.children.allTests("failed")].length === 0)
        count.failed += 1
      for (const test of module.children.allTests()) {
        const result = test.result()
        const { state } = result
        if (state === "passed") count.passed += 1
        else if (state === "failed") count.failed += 1
        else {
          count.skipped += 1
          const reason = result.state === "skipped" ? (result.note ?? "no reason given") : state
          process.stdout.write(`skipped: ${test.fullName}: ${reason}\n`)
        }
      }
    }
    const skipped = count.skipped === 0 ? "" : `, ${count.skipped} skipped`
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`)
  }
}
