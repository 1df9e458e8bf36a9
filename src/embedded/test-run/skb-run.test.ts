import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { readObject } from "../../object/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"

const path = new URL("../../../test/kernel/programs/test-run.bpf.o", import.meta.url)
const [HOST, BROADCAST, MULTICAST, OTHER_HOST] = [0n, 1n, 2n, 3n]
/** Where tc_look notes the packet's type and its device. */
const [TYPE, DEVICE] = [1, 8]

test("a packet comes in on the device that its context names, for that one or for others", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  kernel.world.makePair(
    { name: "v0", mac: "02:00:00:00:00:07", addresses: [] },
    { name: "v1", addresses: [] },
  )
  const ifindex = kernel.world.interfaceIndex("v0")
  const { programs, globals } = await kernel.load(readObject(readFileSync(path), { name: "test-run" }), {
    only: ["tc_look"],
  })
  const look = async (...to: readonly number[]): Promise<readonly [bigint?, bigint?]> => {
    const packet = new Uint8Array(64)
    packet.set(to)
    await programs.tc_look!.run({ packet, context: { ifindex } })
    const seen = globals.seen as bigint[]
    return [seen[TYPE], seen[DEVICE]]
  }
  const device = BigInt(ifindex)
  expect(await look(2, 0, 0, 0, 0, 7)).toEqual([HOST, device])
  expect(await look(2, 0, 0, 0, 0, 8)).toEqual([OTHER_HOST, device])
  expect(await look(1, 0, 0, 0, 0, 7)).toEqual([MULTICAST, device])
  expect(await look(255, 255, 255, 255, 255, 255)).toEqual([BROADCAST, device])
})
