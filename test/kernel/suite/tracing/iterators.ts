import assert from "node:assert/strict"
import { test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { programs, release } from "./style.ts"

test("an iterator over elements of a map wants the map", async () => {
  await using kernel = await openLinuxKernel()
  const loaded = await kernel.load(programs("iterators"), { only: ["dump_ages"] })
  await assert.rejects(loaded.attach(), { errno: "EBADF", hint: /id of a map/ }, release)
})
