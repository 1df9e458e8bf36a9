import assert from "node:assert/strict"
import { existsSync, mkdirSync, rmdirSync } from "node:fs"
import { describe, test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { attachStyle, globals, programs } from "./style.ts"

const object = programs("decide")
const KEPT = "/tmp/keep"

/** "ok", or the code of the error that removing the folder gave. */
function remove(): string {
  if (!existsSync(KEPT)) mkdirSync(KEPT)
  try {
    rmdirSync(KEPT)
    return "ok"
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe("programs whose return value decides", () => {
  for (const [type, style, program] of [
    ["lsm", "lsm", "lsm_rmdir"],
    ["lsm", "lsm.s", "lsm_rmdir_sleepable"],
    ["tracing", "fmod_ret", "modify_rmdir"],
  ] as const)
    attachStyle(type, style, async kernel => {
      const loaded = await kernel.load(object, { only: [program] })
      const [link] = await loaded.attach()
      assert.equal(remove(), "EPERM")
      await link!.detach()
      assert.equal(remove(), "ok")
      assert((await globals(loaded)).seen! >= 1n)
    })

  for (const [style, program] of [
    ["fentry", "fentry_rmdir"],
    ["fexit", "fexit_rmdir"],
  ] as const)
    attachStyle("tracing", style, async kernel => {
      const loaded = await kernel.load(object, { only: [program] })
      const [link] = await loaded.attach()
      assert.equal(remove(), "ok")
      await link!.detach()
      assert.equal(remove(), "ok")
      assert.equal((await globals(loaded)).seen, 1n)
    })

  test("lsm_cgroup programs load with their hook", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["cgroup_bind"] })
    assert.equal(loaded.programs.cgroup_bind!.type, "lsm")
    assert(loaded.programs.cgroup_bind!.info().attach_btf_id > 0)
  })
})
