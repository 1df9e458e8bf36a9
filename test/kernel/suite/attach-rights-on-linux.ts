// What attaching asks of a process (attach-rights.ts), on the real kernel: this process gives its capabilities up and takes them back.
import assert from "node:assert/strict"
import { readdirSync } from "node:fs"
import { after, before, describe, test } from "node:test"
import type { UserProgram, World } from "skep"
import { openLinuxKernel, openLinuxWorld } from "skep/linux"
import { HELD, makeSite, PARANOID, type Site, wrongAnswers, wrongDetachings } from "./attach-rights.ts"
import { programs, release } from "./tracing/style.ts"

const SHOP_MODULE = "/skep/test/exhibits/programs/shop.js"

const descriptors = (): number => readdirSync("/proc/self/fd").length

describe("programs that are loaded", () => {
  const open: AsyncDisposable[] = []
  const use = <T extends AsyncDisposable>(resource: T): T => {
    open.unshift(resource)
    return resource
  }
  let world: World
  let site: Site

  before(async () => {
    const { SHOP } = (await import(SHOP_MODULE)) as { SHOP: UserProgram }
    const kernel = use(await openLinuxKernel())
    world = use(openLinuxWorld(kernel))
    site = use(
      await makeSite(
        world,
        (file, only, target) =>
          kernel.load(programs(file), {
            ...(only && { only }),
            ...(target && { targets: { new_answer: { program: { id: target.id! }, function: "answer" } } }),
          }),
        programs("attach-rights").programs.map(({ name }) => name),
        SHOP,
        release !== "6.1",
      ),
    )
  })
  after(async () => {
    for (const resource of open) await resource[Symbol.asyncDispose]()
  })

  for (const held of HELD)
    test(`are attached by a process with ${held.join(" and ") || "no capabilities"}, or refused`, async () => {
      const isOld = release === "6.1"
      const wrong: string[] = []
      const before = world.readText(PARANOID)
      try {
        for (const level of [3, 2] as const) {
          world.writeText(PARANOID, String(level))
          wrong.push(...(await wrongAnswers(world, site, held, { isOld, level, left: descriptors })))
        }
      } finally {
        world.writeText(PARANOID, before)
      }
      assert.deepEqual(wrong, [])
    })

  test("and attached by netlink are not taken off without capabilities", async () => {
    assert.deepEqual(await wrongDetachings(world, site), [])
  })
})
