import { readFileSync } from "node:fs"
import { beforeEach, describe, expect, test } from "vitest"
import type { Wire } from "../../kernel/index.ts"
import type { EmbeddedObject } from "../load/loaded-object.ts"
import { buildIp, PROTOCOL } from "./headers.ts"
import { echoMessage } from "./icmp/index.ts"
import { type XdpBench, xdpBench } from "./xdp/testing/pair.ts"

const STATION = Uint8Array.of(2, 0, 0, 0, 0, 9)
const ENDS = { source: Uint8Array.of(10, 3, 3, 9), destination: Uint8Array.of(10, 3, 3, 1) }

const fixture = readFileSync(new URL("../fixtures/xdp.bpf.o", import.meta.url))

let bench: XdpBench
let wire: Wire
let loaded: EmbeddedObject

beforeEach(async () => {
  bench = await xdpBench(fixture)
  wire = bench.kernel.world.makeWire({ name: "eth0", addresses: ["10.3.3.1/24"] })
  loaded = await bench.load()
})

/** An echo request to the device. */
function request(sequence = 1): Uint8Array {
  const message = echoMessage("request", ENDS, 77, sequence, new Uint8Array(20))
  const packet = buildIp({ ...ENDS, protocol: PROTOCOL.icmp, ttl: 64, tos: 0 }, message)
  return Uint8Array.from([...wire.mac, ...STATION, 0x08, 0x00, ...packet])
}

test("a wire's frames come in, and what leaves is read from it", async () => {
  wire.send(request())
  const reply = await wire.receive()
  expect(reply?.subarray(6, 12)).toEqual(wire.mac)
  expect(reply?.subarray(26, 34)).toEqual(Uint8Array.of(10, 3, 3, 1, 10, 3, 3, 9))
  expect(reply?.[34]).toBe(0)
  expect(await wire.receive()).toBeUndefined()
  expect(await bench.kernel.world.ping("10.3.3.7")).toBe(false)
  const own = await wire.receive()
  expect(own?.subarray(0, 12)).toEqual(Uint8Array.from([...wire.mac, ...wire.mac]))
})

test("what is no frame, or too long for one, is refused", () => {
  expect(() => wire.send(new Uint8Array(13))).toThrow("EINVAL")
  expect(() => wire.send(new Uint8Array(1515))).toThrow("EMSGSIZE")
})

describe("many frames at once", () => {
  const point = { kind: "xdp", interface: "eth0", mode: "native" } as const
  /** All that programs and the wire see of frames sent in some way. */
  const seenBy = async (send: (frames: readonly Uint8Array[]) => void): Promise<unknown> => {
    send(Array.from({ length: 300 }, (_, index) => request(index)))
    const replies: string[] = []
    for (let frame = await wire.receive(); frame; frame = await wire.receive()) replies.push(frame.join())
    return { notes: bench.notes(loaded), moved: loaded.globals.moved, replies: replies.map(withoutId) }
  }
  // The identification counts on, and the checksum with it.
  const withoutId = (frame: string): string =>
    frame.split(",").with(18, "").with(19, "").with(24, "").with(25, "").join()

  test.each([
    ["decide", 0],
    ["decide", 1],
    ["decide", 2],
    ["decide", 3],
    ["decide", 9],
    ["move", 2],
    ["to_processor", 2],
  ])("are seen as one by one: %s, verdict %i", async (name, action) => {
    Object.assign(loaded.globals, { action, flags: 2n, target: 0, head: 0, tail: 3, meta: 7 })
    await loaded.programs[name]!.attach(point)
    const alone = await seenBy(frames => {
      for (const frame of frames) wire.send(frame)
    })
    expect(await seenBy(frames => wire.sendAll(frames))).toEqual(alone)
  })

  test("leave memory as it was", async () => {
    await loaded.programs.decide!.attach(point)
    loaded.globals.action = 1
    wire.sendAll([request()])
    bench.notes(loaded)
    const before = bench.kernel.memory.kernel.used
    for (const action of [1, 2, 3]) {
      loaded.globals.action = action
      wire.sendAll(Array.from({ length: 1000 }, () => request()))
      bench.notes(loaded)
    }
    expect(bench.kernel.memory.kernel.used).toBe(before)
  })
})
