// The programs of refusals.ts on the real kernel.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { answerOf, expectedAnswer, REFUSED } from "./refusals.ts"
import { programs, release } from "./tracing/style.ts"

describe("a program that kernels may refuse", () => {
  for (const refused of REFUSED)
    test(refused.program, async () => {
      await using kernel = await openLinuxKernel()
      const expected = expectedAnswer(release, refused)
      const load = kernel.load(programs("refusals"), { only: [refused.program] })
      if (expected === "loads") {
        const { verification, verifiedInstructions } = (await load).programs[refused.program]!
        assert.deepEqual([verification, verifiedInstructions! > 0], ["verified", true])
        return
      }
      const error = await load.then(
        () => assert.fail("it loads"),
        (error: unknown) => error,
      )
      assert.deepEqual(answerOf(error, expected), expected)
    })
})
