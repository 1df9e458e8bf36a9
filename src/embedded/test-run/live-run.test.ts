import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import type { EmbeddedObject } from "../load/loaded-object.ts"
import { buildIp, PROTOCOL } from "../network/headers.ts"
import { echoMessage } from "../network/icmp/index.ts"
import { type XdpBench, xdpBench } from "../network/xdp/testing/pair.ts"

const LIVE_FRAMES = 2

const fixture = readFileSync(new URL("../fixtures/xdp.bpf.o", import.meta.url))

let bench: XdpBench
let loaded: EmbeddedObject

beforeEach(async () => {
  bench = await xdpBench(fixture)
  loaded = await bench.load()
})

/** An echo request from v1 to v0. */
function request(): Uint8Array {
  const ends = { source: Uint8Array.of(10, 1, 1, 2), destination: Uint8Array.of(10, 1, 1, 1) }
  const message = echoMessage("request", ends, 9, 1, new Uint8Array(8))
  const packet = buildIp({ ...ends, protocol: PROTOCOL.icmp, ttl: 64, tos: 0 }, message)
  return Uint8Array.from([...bench.v0.mac, ...bench.v1.mac, 0x08, 0x00, ...packet])
}

/** Runs on frames of v0 that come to life. */
async function run(name: string, repeat: number, more: object = {}): Promise<number> {
  const packet = request()
  const context = { data_end: packet.length, ingress_ifindex: bench.v0.index }
  const options = { packet, context, flags: LIVE_FRAMES, packetRoom: 0, contextRoom: 0, repeat, ...more }
  return (await loaded.programs[name]!.run(options)).result
}

describe("live frames of a test run", () => {
  test("come to the stack, which answers them", async () => {
    const { kernel } = bench
    await kernel.world.inNamespace("far", () =>
      loaded.programs.pass!.attach({ kind: "xdp", interface: "v1" }),
    )
    expect(await run("decide", 3, { batchSize: 2 })).toBe(0)
    const [asked, answered] = [`xdp ${bench.v0.index} 0 50`, `pass ${bench.v1.index} 0 50`]
    // The stack has them when a batch is over.
    expect(bench.notes(loaded)).toEqual([asked, asked, answered, answered, asked, answered])
  })

  test("go back out of their device, or elsewhere, as the program says", async () => {
    const { kernel, w0, w1 } = bench
    await kernel.world.inNamespace("other", () =>
      loaded.programs.pass!.attach({ kind: "xdp", interface: "w1" }),
    )
    loaded.globals.target = w0.index
    await run("to_interface", 2)
    expect(bench.notes(loaded)).toEqual(Array(2).fill(`pass ${w1.index} 0 50`))
    loaded.globals.action = 3
    await loaded.programs.redirected!.attach()
    await loaded.programs.not_redirected!.attach()
    await run("decide", 1)
    expect(bench.notes(loaded)).toEqual([
      `xdp ${bench.v0.index} 0 50`,
      `redirect_err ${bench.v0.index} ${bench.v0.index} 95`,
    ])
  })

  test("that are dropped leave memory as it was", async () => {
    const { kernel } = bench
    for (const action of [1, 0, 2, 9]) {
      loaded.globals.action = action
      await run("decide", 1)
      bench.notes(loaded)
      const before = kernel.memory.kernel.used
      await run("decide", 500)
      bench.notes(loaded)
      expect(kernel.memory.kernel.used).toBe(before)
    }
    expect(kernel.log.lines).toEqual([
      expect.stringMatching(/^Driver unsupported XDP return value 0 .* dev N\/A/),
    ])
  })

  test("of a device that is not there are refused", async () => {
    const packet = request()
    const context = { data_end: packet.length, ingress_ifindex: 99 }
    await expect(loaded.programs.decide!.run({ packet, context })).rejects.toThrow("ENODEV")
  })
})
