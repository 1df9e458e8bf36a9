import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const bytes = readFileSync(new URL("../fixtures/groups.bpf.o", import.meta.url))

test("programs find the group of a task: by id, by level, in maps, and keep values with it", async () => {
  await using kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  const { world } = kernel
  const path = world.makeGroup("above/below")
  const [above, below] = [world.groupId("/sys/fs/cgroup/above"), world.groupId(path)]
  await using object = await kernel.load(readObject(bytes, { name: "groups" }))
  await object.attach()
  const folder = world.shell.open("/sys/fs/cgroup/above", { directory: true })
  await object.maps.groups?.set(0, folder.ok ? folder.value : -1)
  world.shell.getppid()
  expect(object.globals.under).toBe(0)
  await world.inGroup(path, () => world.shell.getppid())
  const { calls } = object.maps
  expect({ ...object.globals }).toEqual({
    id: below,
    above,
    too_deep: 0n,
    under: 1,
    nobody: -11,
    past: -7,
    level: 2,
    from_id: 2,
    ancestor: 1,
  })
  expect(await calls?.get(Number(below))).toBe(1n)
  expect(await calls?.get(Number(above))).toBeUndefined()
  await world[Symbol.asyncDispose]()
  await expect(calls?.get(Number(below))).rejects.toMatchObject({ errno: "EBADF" })
})
