// The programs of test/kernel/suite/refusals.ts on the embedded kernel, of each release.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { readObject } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { answerOf, expectedAnswer, REFUSED } from "./kernel/suite/refusals.ts"

const object = readObject(readFileSync(new URL("kernel/programs/refusals.bpf.o", import.meta.url)), {
  name: "refusals",
})

test("the table has every program", () => {
  expect(object.programs.map(({ name }) => name).sort()).toEqual(REFUSED.map(({ program }) => program).sort())
})

describe.each(["6.1", "6.12"])("the embedded kernel %s", release => {
  test.each(REFUSED)("$program", async refused => {
    await using kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
    const expected = expectedAnswer(release, refused)
    const load = kernel.load(object, { only: [refused.program] })
    if (expected === "loads") {
      const { verification, verifiedInstructions } = (await load).programs[refused.program]!
      expect([verification, verifiedInstructions! > 0]).toEqual(["verified", true])
      return
    }
    const error = await load.then(
      () => expect.unreachable("it loads"),
      (error: unknown) => error,
    )
    expect(answerOf(error, expected)).toEqual(expected)
  })
})
