// The programs of test/kernel/suite/debug-records.ts on the embedded kernel, of each release.
import { describe, expect, test } from "vitest"
import { VerifierError } from "../src/base/index.ts"
import { BtfBuilder, readBtf } from "../src/btf/index.ts"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { assemble } from "../src/isa/index.ts"
import { type ObjectSpec, objectOfProgram } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { expectedLine, lastOf, objectOfCase, RECORD_CASES, type Tools } from "./kernel/suite/debug-records.ts"

const tools = { objectOfProgram, assemble, BtfBuilder, readBtf } as unknown as Tools

describe.each(["6.1", "6.12"])("the embedded kernel %s, given a program whose debug records", release => {
  test.each(RECORD_CASES)("$name", async each => {
    await using kernel = new EmbeddedKernel(await loadBuiltinProfile(release))
    const load = kernel.load(objectOfCase(each, tools) as unknown as ObjectSpec)
    const expected = expectedLine(release, each)
    if (expected === "loads") {
      expect((await load).programs.entry!.verification).toBe("verified")
      return
    }
    const error = await load.then(
      () => expect.unreachable("it loads"),
      (error: unknown) => error,
    )
    if (!(error instanceof VerifierError)) throw error
    expect([error.errno, lastOf(error.log)]).toEqual(["EINVAL", expected])
    expect(error.message).toMatch(
      new RegExp(`: ${expected.replaceAll(/[[\]().*>]/g, "\\$&")}( \\(a\\.c.*)?$`),
    )
  })
})
