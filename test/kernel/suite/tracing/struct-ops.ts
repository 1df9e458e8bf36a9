import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { openLinuxKernel } from "skep/linux"
import { programs } from "./style.ts"

function available(): string[] {
  return readFileSync("/proc/sys/net/ipv4/tcp_available_congestion_control", "latin1").trim().split(" ")
}

test("an object attaches its struct_ops maps too", async () => {
  await using kernel = await openLinuxKernel()
  const loaded = await kernel.load(programs("congestion"))
  assert.deepEqual(await loaded.attach(), [])
  assert(available().includes("skep_plain"))
  await loaded.detach()
  assert(!available().includes("skep_plain"))
})
