// The test runs of test-run-cases.ts on the real kernel.
import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { describe, test } from "node:test"
import { SkepError } from "skep"
import { openLinuxKernel } from "skep/linux"
import { answerOn } from "./test-run-answers.ts"
import { RUN_CASES, told } from "./test-run-cases.ts"
import { programs, release } from "./tracing/style.ts"

const object = programs("test-run")

describe("a test run", () => {
  const answers: Record<string, string> = {}

  for (const { name, program, options, isAttached } of RUN_CASES)
    test(name, async () => {
      await using kernel = await openLinuxKernel()
      const loaded = await kernel.load(object, { only: [program] })
      if (isAttached) await loaded.attach()
      const run = loaded.programs[program]!.run(options)
      const answer = await run.then(
        result => told(result, loaded.globals.seen as bigint[]),
        error => {
          assert(error instanceof SkepError && error.errno, String(error))
          return error.errno
        },
      )
      answers[name] = answer
      writeFileSync("/tmp/out/test-runs.json", JSON.stringify(answers, null, 1))
      assert.equal(answer, answerOn(release, name))
    })
})
