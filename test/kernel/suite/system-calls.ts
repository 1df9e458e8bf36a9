import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"

describe("the real kernel", () => {
  test("is there, with its release", async () => {
    await using kernel = await openLinuxKernel()
    assert.equal(kernel.release, process.env.SKEP_KERNEL)
  })
})
