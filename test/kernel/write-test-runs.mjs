#!/usr/bin/env node
// node test/kernel/write-test-runs.mjs: writes suite/test-run-answers.ts from what the guests of the last run of `test runs` answered.
import { readFileSync, writeFileSync } from "node:fs"

const answersOf = release =>
  JSON.parse(
    readFileSync(new URL(`../../.cache/kernel-results/${release}/test-runs.json`, import.meta.url), "utf8"),
  )
const [answers, old] = [answersOf("6.12"), answersOf("6.1")]
const text = entries => JSON.stringify(Object.fromEntries(entries), undefined, 2)
writeFileSync(
  new URL("suite/test-run-answers.ts", import.meta.url),
  `// Written by test/kernel/write-test-runs.mjs: what Linux 6.12 answers to the cases of test-run-cases.ts.
const ANSWERS: Readonly<Record<string, string>> = ${text(Object.entries(answers))}

/** Where 6.1 answers otherwise. */
const OLD_ANSWERS: Readonly<Record<string, string>> = ${text(
    Object.entries(old).filter(([name, answer]) => answers[name] !== answer),
  )}

/** What a kernel of a release answers to a case. */
export function answerOn(release: string, name: string): string | undefined {
  return (release === "6.1" ? OLD_ANSWERS[name] : undefined) ?? ANSWERS[name]
}
`,
)
