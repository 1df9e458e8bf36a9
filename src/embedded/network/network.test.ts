import { beforeEach, describe, expect, test } from "vitest"
import { UsageError } from "../../base/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { buildIp, parseIp } from "./headers.ts"
import { Skb } from "./skb.ts"
import { transmitPacket } from "./transmit.ts"

const profile = await loadBuiltinProfile("6.12")
let kernel: EmbeddedKernel

beforeEach(() => {
  kernel = new EmbeddedKernel(profile)
})

const PAIR = [
  { name: "v0", addresses: ["10.1.1.1/24", "fd01::1/64"] },
  { name: "v1", namespace: "far", addresses: ["10.1.1.2/24", "fd01::2/64"] },
] as const

describe("echo requests are answered", () => {
  test.each([
    ["127.0.0.1", true],
    ["127.1.2.3", true],
    ["::1", true],
    ["10.1.1.1", true],
    ["10.1.1.2", true],
    ["fd01::2", true],
    ["10.1.1.3", false],
    ["10.1.2.1", false],
    ["fd02::2", false],
  ])("by %s: %s", async (address, isAnswered) => {
    kernel.world.makePair(...PAIR)
    expect(await kernel.world.ping(address)).toBe(isAnswered)
  })

  test("in the other direction, by those who are there", async () => {
    kernel.world.makePair(...PAIR)
    await kernel.world.inNamespace("far", async () => {
      expect(await kernel.world.ping("10.1.1.1")).toBe(true)
      expect(await kernel.world.ping("fd01::1")).toBe(true)
    })
    expect(kernel.network.current).toBe(kernel.network.initial)
  })

  test("by nobody once the pair is gone", async () => {
    kernel.world.makePair(...PAIR)
    await kernel.world[Symbol.asyncDispose]()
    expect(await kernel.world.ping("10.1.1.2")).toBe(false)
    expect(kernel.network.initial.devices.size).toBe(1)
  })
})

test("packets give their memory back", async () => {
  kernel.world.makePair(...PAIR)
  await kernel.world.ping("10.1.1.2")
  const before = kernel.memory.kernel.used
  for (const address of ["10.1.1.2", "10.1.1.9", "fd01::2", "127.0.0.1"]) await kernel.world.ping(address)
  expect(kernel.memory.kernel.used).toBe(before)
})

test("a namespace that is not there, and a name that is taken, are refused", async () => {
  await expect(kernel.world.inNamespace("nowhere", () => 0)).rejects.toThrow(UsageError)
  kernel.world.makePair(...PAIR)
  expect(() => kernel.world.makePair({ name: "v0", addresses: [] }, { name: "v2", addresses: [] })).toThrow(
    "there is a device 'v0' already (EEXIST)",
  )
})

describe("IP headers", () => {
  const [source, destination] = [Uint8Array.of(10, 0, 0, 1), Uint8Array.of(10, 0, 0, 2)]
  const header = { source, destination, protocol: 17, ttl: 3, tos: 8 }

  test("are read as they were built", () => {
    const packet = buildIp(header, new Uint8Array(5), 7)
    expect(parseIp(packet)).toEqual({ ...header, size: 20, length: 25 })
    const wide = { ...header, source: new Uint8Array(16).fill(1), destination: new Uint8Array(16).fill(2) }
    expect(parseIp(buildIp(wide, new Uint8Array(5)))).toEqual({ ...wide, size: 40, length: 45 })
  })

  test("with a wrong checksum, length or version are none", () => {
    const packet = buildIp(header, new Uint8Array(5))
    expect(parseIp(packet.with(8, 9))).toBeUndefined()
    expect(parseIp(packet.subarray(0, 24))).toBeUndefined()
    expect(parseIp(packet.with(0, 0x55))).toBeUndefined()
    expect(parseIp(new Uint8Array(0))).toBeUndefined()
  })
})

test("frames that are for another station, or no IP at all, are dropped", () => {
  kernel.world.makePair(...PAIR)
  const before = kernel.memory.kernel.used
  const far = kernel.network.existing("far").device("v1")!
  const send = (bytes: Uint8Array): number => transmitPacket(kernel, new Skb(kernel, far, bytes, 14))
  const frame = new Uint8Array(64)
  frame.set([0x06, 1, 2, 3, 4, 5])
  send(frame)
  send(frame.with(12, 0x08))
  send(new Uint8Array(14).fill(0xff))
  expect(kernel.memory.kernel.used).toBe(before)
})
