// Who decides at a hook of security modules, and who does not.
import { describe, expect, test } from "vitest"
import { bootKernel } from "../../src/embedded/index.ts"
import { outcome } from "../../src/kernel/index.ts"
import { chapterObject } from "./load.ts"

const lsm = chapterObject("lsm")
const [EPERM, EACCES] = [1, 13]

describe("programs of lsm hooks", () => {
  test("refuse with the errno that they return; the first that refuses is the last that is asked", async () => {
    const kernel = await bootKernel()
    const { world } = kernel
    const object = await kernel.load(lsm, { globals: { watched_pid: world.pid } })
    const links = await object.attach()
    const open = (one: number, other: number): string => {
      object.globals.answers = [one, other]
      object.globals.calls = [0, 0]
      return outcome(() => world.open("/etc/hostname"))
    }
    expect([open(0, 0), object.globals.calls]).toEqual(["ok", [1, 1]])
    expect([open(EPERM, 0), open(0, EACCES)]).toEqual(["EPERM", "EACCES"])
    const both = open(EPERM, EACCES)
    const asked = object.globals.calls
    expect([
      ["EPERM", [1, 0]],
      ["EACCES", [0, 1]],
    ]).toContainEqual([both, asked])
    for (const link of links) await link.detach()
    expect(open(EPERM, EACCES)).toBe("ok")
  })

  test("have no say where the hook returns nothing", async () => {
    const kernel = await bootKernel()
    const object = await kernel.load(lsm, { only: ["no_say"] })
    await object.attach()
    expect((await kernel.world.exec("/bin/true")).status).toBe(0)
    expect(object.globals.committed).toBe(1)
  })

  test("return 0 or a negative errno: the verifier of 6.12 sees to it, that of 6.1 does not", async () => {
    const load = async (release: string) => (await bootKernel({ release })).load(lsm, { only: ["positive"] })
    await expect(load("6.12")).rejects.toThrow("should have been in [-4095, 0]")
    expect((await load("6.1")).programs.positive?.verification).toBe("verified")
  })
})
