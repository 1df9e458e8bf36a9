// What a flow dissector finds, what its answers do, and who may have one.
import { beforeEach, describe, expect, test } from "vitest"
import { bootKernel, type EmbeddedKernel, type EmbeddedObject } from "../../src/embedded/index.ts"
import { chapterObject } from "./load.ts"

const spec = chapterObject("dissect")
const [BPF_OK, BPF_DROP, CONTINUE] = [0, 2, 129]
const [ICMP, UDP] = [1, 17]
const TUNNEL_PORT = 7777

function ip(protocol: number, source: number, target: number, payload: readonly number[]): number[] {
  const header = [0x45, 0, 0, 20 + payload.length, 0, 0, 0, 0, 64, protocol, 0, 0]
  return [...header, 10, 0, 0, source, 10, 0, 0, target, ...payload]
}

describe("a flow dissector", () => {
  let kernel: EmbeddedKernel
  let object: EmbeddedObject
  beforeEach(async () => {
    kernel = await bootKernel()
    kernel.world.makePair(
      { name: "v0", addresses: ["10.1.1.1/24"] },
      { name: "v1", namespace: "far", addresses: ["10.1.1.2/24"] },
    )
    object = await kernel.load(spec)
  })

  test("looks into an encapsulation that the kernel does not know", async () => {
    const udp = [0, 1, TUNNEL_PORT >> 8, TUNNEL_PORT & 0xff, 0, 0, 0, 0, 0, 0, 0, 0]
    const inner = ip(ICMP, 3, 4, [8, 0, 0, 0, 0, 0, 0, 0])
    const frame = [...Array(12).fill(2), 8, 0, ...ip(UDP, 1, 2, [...udp, ...inner])]
    const run = await object.programs.dissect?.run({ packet: Uint8Array.from(frame) })
    const keys = new DataView(run?.packet?.slice().buffer as ArrayBuffer)
    const address = (offset: number) => [0, 1, 2, 3].map(byte => keys.getUint8(offset + byte)).join(".")
    expect(run?.result).toBe(BPF_OK)
    expect({
      encapsulated: keys.getUint8(8),
      protocol: keys.getUint8(9),
      transport: keys.getUint16(2, true),
      source: address(16),
      target: address(20),
    }).toEqual({
      encapsulated: 1,
      protocol: ICMP,
      transport: 14 + 20 + 12 + 20,
      source: "10.0.0.3",
      target: "10.0.0.4",
    })
  })

  test("decides whether there is a flow, or leaves it to the kernel", async () => {
    await object.programs.ask?.attach({ kind: "tc", interface: "v0", direction: "ingress" })
    const hash = async (): Promise<unknown> => {
      object.globals.hash = 0
      expect(await kernel.world.ping("10.1.1.2")).toBe(true)
      return object.globals.hash
    }
    const own = await hash()
    await object.programs.dissect?.attach({ kind: "netns" })
    const withAnswer = async (answer: number) => {
      object.globals.answer = answer
      return hash()
    }
    expect(own).not.toBe(0)
    expect(await withAnswer(BPF_OK)).not.toBe(0)
    expect(await withAnswer(BPF_DROP)).toBe(0)
    expect(await withAnswer(CONTINUE)).toBe(own)
  })

  test("of the first namespace is everybody's, and no other may have one; two in one are too many", async () => {
    const far = { kind: "netns", path: "/run/netns/far" } as const
    const { dissect } = object.programs
    const first = await dissect?.attach({ kind: "netns" })
    await expect(dissect?.attach({ kind: "netns" })).rejects.toMatchObject({ errno: "E2BIG" })
    await expect(dissect?.attach(far)).rejects.toMatchObject({ errno: "EEXIST" })
    await first?.detach()
    await dissect?.attach(far)
    await expect(dissect?.attach({ kind: "netns" })).rejects.toMatchObject({ errno: "EEXIST" })
  })
})
