import assert from "node:assert/strict"
import { removeFolder } from "./remove-folder.ts"
import { type AttachStyle, numbers, type StyleGroup } from "./style.ts"

const KEPT = "/tmp/keep"

const decides = (programType: string, style: string, program: string): AttachStyle => ({
  programType,
  style,
  async run(scene) {
    const loaded = await scene.load("decide", { only: [program] })
    const [link] = await loaded.attach()
    assert.equal(removeFolder(scene, KEPT), "EPERM")
    await link!.detach()
    assert.equal(removeFolder(scene, KEPT), "ok")
    assert(numbers(loaded).seen! >= 1n)
  },
})

const watches = (style: string, program: string): AttachStyle => ({
  programType: "tracing",
  style,
  async run(scene) {
    const loaded = await scene.load("decide", { only: [program] })
    const [link] = await loaded.attach()
    assert.equal(removeFolder(scene, KEPT), "ok")
    await link!.detach()
    assert.equal(removeFolder(scene, KEPT), "ok")
    assert.equal(numbers(loaded).seen, 1n)
  },
})

export const DECIDING: StyleGroup = {
  title: "programs whose return value decides, and those that watch",
  styles: [
    decides("lsm", "lsm", "lsm_rmdir"),
    decides("lsm", "lsm.s", "lsm_rmdir_sleepable"),
    decides("tracing", "fmod_ret", "modify_rmdir"),
    watches("fentry", "fentry_rmdir"),
    watches("fexit", "fexit_rmdir"),
  ],
}
