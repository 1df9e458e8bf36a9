// What attaching asks of a process (test/kernel/suite/attach-rights.ts), on the embedded kernel of each release.
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { SHOP } from "../exhibits/programs/shop.ts"
import { EmbeddedKernel } from "../src/embedded/embedded-kernel.ts"
import { type ObjectSpec, readObject } from "../src/object/index.ts"
import { loadBuiltinProfile } from "../src/profile/node.ts"
import { HELD, makeSite, PARANOID, wrongAnswers, wrongDetachings } from "./kernel/suite/attach-rights.ts"

function programs(name: string): ObjectSpec {
  return readObject(readFileSync(new URL(`kernel/programs/${name}.bpf.o`, import.meta.url)), { name })
}

async function prepared(release: string) {
  const profile = await loadBuiltinProfile(release)
  const kernel = new EmbeddedKernel(profile.withConfig({ CONFIG_BPF_LIRC_MODE2: "y" }))
  const site = await makeSite(
    kernel.world,
    (file, only, target) =>
      kernel.load(programs(file), {
        ...(only && { only }),
        ...(target && { targets: { new_answer: { program: { id: target.id! }, function: "answer" } } }),
      }),
    programs("attach-rights").programs.map(({ name }) => name),
    SHOP,
    kernel.since("6.7"),
  )
  return { kernel, site }
}

describe.each(["6.1", "6.12"])("programs that the embedded kernel %s has", release => {
  const isOld = release === "6.1"

  test.each(HELD.map(held => ({ held, who: held.join(" and ") || "no capabilities" })))(
    "are attached by a process with $who, or refused",
    async ({ held }) => {
      const { kernel, site } = await prepared(release)
      const { world } = kernel
      const left = () => kernel.memory.kernel.used
      expect(world.readText(PARANOID)).toBe("3\n")
      expect(await wrongAnswers(world, site, held, { isOld, level: 3, left })).toEqual([])
      world.writeText(PARANOID, "2")
      expect(await wrongAnswers(world, site, held, { isOld, level: 2, left })).toEqual([])
      await site[Symbol.asyncDispose]()
      await kernel[Symbol.asyncDispose]()
    },
  )

  test("and that were attached by netlink are not taken off without capabilities", async () => {
    const { kernel, site } = await prepared(release)
    expect(await wrongDetachings(kernel.world, site)).toEqual([])
    await site[Symbol.asyncDispose]()
    await kernel[Symbol.asyncDispose]()
  })
})
