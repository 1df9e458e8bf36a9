import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { SHOP } from "../../../exhibits/programs/shop.ts"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const binary = "/tmp/shop"
const bytes = readFileSync(new URL("../../../exhibits/uprobe/program.bpf.o", import.meta.url))
const profile = await loadBuiltinProfile("6.12")

test("programs that are called, probed and ended give all memory back", async () => {
  const kernel = new EmbeddedKernel(profile)
  const object = await kernel.load(readObject(bytes, { name: "uprobe" }))
  await object.programs.enter?.attach({ kind: "uprobe", binary: "/bin/true", offset: 16 })
  const used: number[][] = []
  for (let turn = 0; turn < 3; turn++) {
    kernel.world.install(binary, SHOP)
    const shop = await kernel.world.start(binary)
    const link = await object.programs.enter?.attach({ kind: "uprobe", binary, symbol: "shop_price" })
    expect(await shop.call("shop_sell", 1, 2, 30)).toBe(60n)
    expect(await shop.call("shop_refund", 1, 5)).toBe(-5n)
    await link?.detach()
    await kernel.world[Symbol.asyncDispose]()
    used.push([kernel.memory.kernel.used, kernel.memory.user.used])
  }
  // The first time some is taken for good: for the shell's calls.
  expect(used[2]).toEqual(used[1])
  expect(kernel.files.find(binary)).toBeUndefined()
  expect(object.events()).toHaveLength(3)
})

test("a function that nobody has described, or that is not there, is told", async () => {
  const kernel = new EmbeddedKernel(profile)
  kernel.world.install(binary, { ...SHOP, functions: {} })
  const shop = await kernel.world.start(binary)
  await expect(shop.call("shop_price", 1)).rejects.toMatchObject({ errno: "ENOSYS" })
  await expect(shop.call("shop_prize", 1)).rejects.toMatchObject({ errno: "ENOENT" })
})
