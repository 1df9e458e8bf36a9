// The programs of debug-records.ts on the real kernel.
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { objectOfProgram, VerifierError, verify } from "skep"
import { BtfBuilder, readBtf } from "skep/btf"
import { bootKernel } from "skep/embedded"
import { assemble } from "skep/isa"
import { openLinuxKernel } from "skep/linux"
import { expectedLine, lastOf, objectOfCase, RECORD_CASES } from "./debug-records.ts"
import { release } from "./tracing/style.ts"

describe("a program whose debug records", async () => {
  const { profile } = await bootKernel({ release })
  for (const each of RECORD_CASES)
    test(each.name, async () => {
      await using kernel = await openLinuxKernel()
      const object = objectOfCase(each, { objectOfProgram, assemble, BtfBuilder, readBtf })
      const { programs } = await verify(object, { profiles: [profile], logLevel: 1 })
      const ours = programs.entry![release]!
      const error = await kernel.load(object).then(
        () => undefined,
        (error: unknown) => error,
      )
      const expected = expectedLine(release, each)
      if (expected === "loads") {
        assert.equal(error, undefined)
        assert.equal(ours.verdict, "accept", ours.message)
        return
      }
      assert.ok(error instanceof VerifierError, String(error))
      assert.deepEqual([error.errno, lastOf(error.log)], ["EINVAL", expected])
      assert.deepEqual([ours.errno, lastOf(ours.log)], ["EINVAL", expected])
    })
})
