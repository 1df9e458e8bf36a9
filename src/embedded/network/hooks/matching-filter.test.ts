import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../../object/index.ts"
import { bootKernel } from "../../boot.ts"
import type { EmbeddedProgram } from "../../programs/program.ts"

const objectNamed = (name: string) => {
  const path = new URL(`../../../../test/kernel/programs/${name}.bpf.o`, import.meta.url)
  return readObject(readFileSync(path), { name })
}
const attachment = (program: EmbeddedProgram) => ({ program, cookie: 0n, offset: 0, link: 0 })

test("a classifier without direct action only says whether its action decides", async () => {
  await using kernel = await bootKernel()
  const { network, world } = kernel
  world.makePair(
    { name: "v0", addresses: ["10.1.1.1/24"] },
    { name: "v1", namespace: "far", addresses: ["10.1.1.2/24"] },
  )
  const load = async (file: string, name: string, globals: Readonly<Record<string, unknown>> = {}) => {
    const loaded = await kernel.load(objectNamed(file), { only: [name], globals })
    return { loaded, attachment: attachment(loaded.programs[name]!) }
  }
  // The first answers 2, a class; the second 0, no match.
  const matches = await load("network", "classify", { deny: 1 })
  const matchesNot = await load("iproute", "classify")
  const drops = await load("network", "act", { deny: 1 })
  const side = network.initial.device("v0")!.trafficControl.egress
  const common = { priority: 1, handle: 1, kind: "classifier", onlyMatches: true } as const
  const action = { attachment: drops.attachment, label: "drop", index: 1 }

  const passes = async (filter: Parameters<typeof side.addFilter>[0]): Promise<boolean> => {
    const remove = side.addFilter(filter)
    const isAnswered = await world.ping("10.1.1.2")
    remove()
    return isAnswered
  }
  expect(await passes({ ...common, attachment: matches.attachment })).toBe(true)
  expect(await passes({ ...common, attachment: matches.attachment, action })).toBe(false)
  expect(await passes({ ...common, attachment: matchesNot.attachment, action })).toBe(true)
  expect(drops.loaded.globals.seen).toBe(1n)
  expect(matches.loaded.globals.seen).toBe(2n)
})
