import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const holders = new URL("../../../test/kernel/programs/holders.bpf.o", import.meta.url)

test("a task that a map holds stays after it has exited, and goes with the map", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  const watched = kernel.world.spawn()
  const { address } = watched.task.object
  const globals = { watched: watched.pid }
  const object = await kernel.load(readObject(readFileSync(holders)), {
    only: ["tasks"],
    globals,
  })
  await object.attach()
  watched.getppid()
  const { pid } = watched
  watched.exit()
  expect(kernel.taskOfPid(pid)).toBeUndefined()
  expect(kernel.types.at("task_struct", address).number("pid")).toBe(pid)
  expect(kernel.memory.kernel.sizeOf(address)).toBeGreaterThan(0)
  await object[Symbol.asyncDispose]()
  expect(() => kernel.memory.kernel.sizeOf(address)).toThrow(/is not allocated/)
  expect(kernel.releaseTask(address)).toBe(false)
})

test("what is no task cannot be held", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  expect(kernel.acquireTask(kernel.memory.alloc(64))).toBe(false)
  expect(kernel.taskOfPid(1)).toBeDefined()
  expect(kernel.taskOfPid(0)).toBeUndefined()
})
