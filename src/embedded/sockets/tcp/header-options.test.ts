import { readFileSync } from "node:fs"
import { afterEach, beforeEach, expect, test } from "vitest"
import { readObject } from "../../../object/index.ts"
import { bootKernel, type EmbeddedKernel } from "../../index.ts"
import { ETH_P_ALL } from "../../network/headers.ts"
import { PACKET } from "../../network/skb.ts"

const object = readFileSync(new URL("../../../../exhibits/tcp-option/program.bpf.o", import.meta.url))
const GROUP = "/sys/fs/cgroup/option"
/** Kind, length, magic and word, as the program of the exhibit writes them. */
const OPTION = "fe085be7"

let kernel: EmbeddedKernel
beforeEach(async () => {
  kernel = await bootKernel()
})
afterEach(() => kernel[Symbol.asyncDispose]())

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

test("options that programs write stand in the segments on the wire, with padding behind", async () => {
  const { world } = kernel
  world.makeGroup("option")
  world.makePair(
    { name: "v0", addresses: ["10.1.1.1/24"] },
    { name: "v1", namespace: "far", addresses: ["10.1.1.2/24"] },
  )
  const loaded = await kernel.load(readObject(object, { name: "option" }))
  await loaded.programs.exchange!.attach({ kind: "cgroup", path: GROUP })
  const segments: string[] = []
  const device = kernel.network.initial.device("v0")!
  kernel.network.taps.add({
    namespace: device.namespace,
    ...{ device, protocol: ETH_P_ALL, withHeader: false },
    receive: ({ bytes, packetType }) => {
      if (packetType === PACKET.outgoing) segments.push(hex(bytes))
    },
  })
  const server = await world.inNamespace("far", () => world.socket())
  server.bind({ address: "10.1.1.2", port: 80 })
  server.listen()
  await world.inGroup(GROUP, () => {
    const client = world.socket()
    client.connect({ address: "10.1.1.2", port: 80 })
    client.send(Uint8Array.of(1, 2, 3))
  })
  expect(segments[0]).toContain(`${OPTION}00000064${"01".repeat(8)}`)
  expect(segments.at(-1)).toContain(`${OPTION}00000066${"01".repeat(8)}010203`)
})
