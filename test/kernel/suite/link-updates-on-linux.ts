// Programs in the place of others on their links (link-updates.ts), on the real kernel.
import assert from "node:assert/strict"
import { test } from "node:test"
import { openLinuxKernel, openLinuxWorld } from "skep/linux"
import { ATTACHED_TWICE, attachedTwice, prepare, socketsWhileUpdated, wrongUpdates } from "./link-updates.ts"
import { programs, release } from "./tracing/style.ts"

test("links are updated, or refuse to", async () => {
  await using kernel = await openLinuxKernel()
  await using world = openLinuxWorld(kernel)
  const isOld = release === "6.1"
  prepare(world, !isOld)
  const object = programs("attach-rights")
  const absent = isOld ? ["rule", "signals"] : ["signals"]
  const only = object.programs.map(({ name }) => name).filter(name => !absent.includes(name))
  await using loaded = await kernel.load(object, { only })
  const updates = { programs: loaded.programs, mapId: loaded.maps.sockets!.id }
  assert.deepEqual(await wrongUpdates(updates, isOld), [])
  assert.equal(await attachedTwice(updates), isOld ? "unattached" : ATTACHED_TWICE)
  assert.deepEqual(await socketsWhileUpdated(world, updates), [true, false, true])
})
