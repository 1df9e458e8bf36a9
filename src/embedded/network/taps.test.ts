import { readFileSync } from "node:fs"
import { beforeEach, expect, test } from "vitest"
import type { NetDevice } from "./device.ts"
import { ETH_P_ALL, ETH_P_IP } from "./headers.ts"
import type { Tap, TappedFrame } from "./taps.ts"
import { type XdpBench, xdpBench } from "./xdp/testing/pair.ts"

const fixture = readFileSync(new URL("../fixtures/xdp.bpf.o", import.meta.url))

let bench: XdpBench

beforeEach(async () => {
  bench = await xdpBench(fixture)
})

function listen(tap: Partial<Tap> & { readonly device?: NetDevice }): TappedFrame[] {
  const frames: TappedFrame[] = []
  bench.kernel.network.taps.add({
    namespace: bench.v0.namespace,
    protocol: ETH_P_ALL,
    withHeader: true,
    receive: frame => frames.push(frame),
    ...tap,
  })
  return frames
}

const shape = (frames: readonly TappedFrame[]): string[] =>
  frames.map(
    ({ device, packetType, length, bytes }) => `${device.name} ${packetType} ${length} ${bytes.length}`,
  )

test("hear what leaves and what comes in, with or without the link-layer header", async () => {
  const everything = listen({})
  const here = listen({ device: bench.v0, withHeader: false })
  const elsewhere = listen({ device: bench.w0 })
  const received = listen({ device: bench.v0, protocol: ETH_P_IP })
  expect(await bench.kernel.world.ping("10.1.1.2")).toBe(true)
  expect(shape(everything)).toEqual(["v0 4 98 98", "v0 0 98 98"])
  expect(shape(here)).toEqual(["v0 4 84 84", "v0 0 84 84"])
  expect(elsewhere).toEqual([])
  expect(shape(received)).toEqual(["v0 0 98 98"])
  expect(everything[1]!.sender).toEqual(bench.v1.mac)
})

test.each(["native", "generic"] as const)(
  "come behind XDP (%s): what is dropped there nobody hears",
  async mode => {
    const loaded = await bench.load({ action: 2 })
    const { listen: program, decide } = loaded.programs
    const frames = listen({ device: bench.v0, filter: { program: program!, cookie: 0n, offset: 0 } })
    await decide!.attach({ kind: "xdp", interface: "v0", mode })
    await bench.kernel.world.ping("10.1.1.2")
    expect(bench.notes(loaded).map(line => line.split(" ").slice(0, 2).join(" "))).toEqual([
      "tap out",
      "xdp 2",
      "tap in",
    ])
    frames.length = 0
    loaded.globals.action = 1
    await bench.kernel.world.ping("10.1.1.2")
    expect(shape(frames)).toEqual(["v0 4 98 98"])
  },
)

test("keep as much as their filter says", async () => {
  const loaded = await bench.load({ kept: 20 })
  const program = loaded.programs.listen!
  const filter = { program, cookie: 0n, offset: 0 }
  const frames = listen({ device: bench.v0, filter })
  await bench.kernel.world.ping("10.1.1.2")
  expect(shape(frames)).toEqual(["v0 4 98 20", "v0 0 98 20"])
  loaded.globals.kept = 0
  frames.length = 0
  const before = bench.kernel.memory.kernel.used
  expect(await bench.kernel.world.ping("10.1.1.2")).toBe(true)
  expect(frames).toEqual([])
  bench.notes(loaded)
  expect(bench.kernel.memory.kernel.used).toBe(before)
})
