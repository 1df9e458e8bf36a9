import { expect, test } from "vitest"
import { bootKernel } from "../boot.ts"

test("a program's code is fetched once, when it runs first, in every process anew", async () => {
  await using kernel = await bootKernel()
  const faults: number[] = []
  kernel.softwareEvents["page-faults"].add(task => faults.push(task.pid))
  const body = async (): Promise<void> => undefined
  const { pid } = await kernel.world.exec("/bin/true", { body })
  expect(faults.filter(each => each === pid)).toHaveLength(2)
  const { pid: other } = await kernel.world.exec("/bin/true")
  expect(faults.filter(each => each === other)).toHaveLength(2)
  const before = faults.length
  kernel.world.shell.getppid()
  kernel.world.shell.getppid()
  expect(faults.length - before).toBeLessThanOrEqual(1)
})
