// What goes wrong with probes of user space: the file is another one than people think.
import { describe, expect, test } from "vitest"
import { DESK } from "../../exhibits/programs/desk.ts"
import { SHOP } from "../../exhibits/programs/shop.ts"
import { bootKernel, type EmbeddedKernel, type EmbeddedObject } from "../../src/embedded/index.ts"
import type { AttachPoint } from "../../src/kernel/index.ts"
import { exhibitObject } from "./load.ts"

const uprobe = exhibitObject("uprobe")
const [LIBRARY, STATIC] = ["/usr/lib/libshop.so", "/tmp/static-shop"]
const CONTAINER = "/tmp/container"

async function probed(kernel: EmbeddedKernel, binary: string, symbol: string): Promise<EmbeddedObject> {
  const object = await kernel.load(uprobe, { only: ["enter"] })
  await object.programs.enter?.attach({ kind: "uprobe", binary, symbol })
  return object
}

describe("a probe of user space", () => {
  test.each<[what: string, point: AttachPoint, message: string]>([
    [
      "a library that is not installed",
      { kind: "uprobe", binary: "libssl.so.3", symbol: "SSL_write" },
      "failed to resolve full path for 'libssl.so.3': No such file or directory (ENOENT)",
    ],
    [
      "the folder of another architecture",
      { kind: "uprobe", binary: "/usr/lib/aarch64-linux-gnu/libc.so.6", symbol: "getpid" },
      "/usr/lib/aarch64-linux-gnu/libc.so.6: cannot be opened: No such file or directory (ENOENT)",
    ],
  ])("names %s", async (_, point, message) => {
    const object = await (await bootKernel()).load(uprobe, { only: ["enter"] })
    const attaching = object.programs.enter?.attach(point)
    await expect(attaching).rejects.toMatchObject({
      errno: "ENOENT",
      message: expect.stringContaining(message),
    })
  })

  test("of a library is never met by a program that has the library's code inside itself", async () => {
    const kernel = await bootKernel()
    const { world } = kernel
    world.install(LIBRARY, SHOP)
    world.install(STATIC, SHOP)
    const inLibrary = await probed(kernel, LIBRARY, "shop_price")
    const shop = await world.start(STATIC)
    await shop.call("shop_price", 2, 3)
    expect(inLibrary.events()).toEqual([])
    const inProgram = await probed(kernel, STATIC, "shop_price")
    await shop.call("shop_price", 2, 3)
    expect([inLibrary.events().length, inProgram.events().length]).toEqual([0, 1])
  })

  test("of the machine's file is not met in a container, whose own copy has another path", async () => {
    const kernel = await bootKernel()
    const { world, files } = kernel
    const [here, there] = ["/usr/bin/shop", `${CONTAINER}/usr/bin/shop`]
    for (const path of [CONTAINER, `${CONTAINER}/usr`, `${CONTAINER}/usr/bin`])
      files.create(path, { directory: true })
    world.install(here, SHOP)
    world.install(there, SHOP)
    const outside = await probed(kernel, here, "shop_price")
    const inside = await probed(kernel, there, "shop_price")
    const contained = await world.start(there)
    await contained.call("shop_price", 2, 3)
    expect([outside.events().length, inside.events().length]).toEqual([0, 1])
  })

  test("that reads arguments where C has them sees something else in a Go program", async () => {
    const kernel = await bootKernel()
    kernel.world.install(STATIC, DESK)
    const desk = await kernel.world.start(STATIC)
    const seen: unknown[] = []
    for (const symbol of ["main.sum", "main.oldSum"]) {
      const object = await probed(kernel, STATIC, symbol)
      await desk.call(symbol === "main.sum" ? "desk_sum" : "desk_old_sum", 4711, 289)
      seen.push(...object.events().map(({ value }) => (value as { first: bigint }).first))
    }
    expect(seen).toHaveLength(2)
    expect(seen).not.toContain(289n)
  })
})
