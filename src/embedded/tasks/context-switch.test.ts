import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { bootKernel } from "../boot.ts"

const url = new URL("../../../test/kernel/programs/functions.bpf.o", import.meta.url)
const functions = readObject(readFileSync(url), { name: "functions" })

test("tasks that leave the CPU give samples of context switches, every so many", async () => {
  await using kernel = await bootKernel({ release: "6.12" })
  const loaded = await kernel.load(functions, { only: ["on_sample"] })
  const child = kernel.world.spawn()
  const samples = async (period: number, turns: number): Promise<unknown> => {
    loaded.globals.samples = 0n
    const point = { kind: "perfEvent", event: "context-switches", period, pid: child.pid } as const
    const link = await loaded.programs.on_sample!.attach(point)
    // It sleeps until it is asked again.
    for (let turn = 0; turn < turns; turn++) child.open("/etc/passwd")
    await link.detach()
    child.open("/etc/passwd")
    return loaded.globals.samples
  }
  expect(await samples(1, 5)).toBe(5n)
  expect(await samples(2, 5)).toBe(2n)
})
