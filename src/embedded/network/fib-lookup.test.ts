import { afterEach, beforeEach, expect, test } from "vitest"
import { addressBytes, parseNetwork } from "../../kernel/index.ts"
import { bootKernel, type EmbeddedKernel } from "../index.ts"
import { FIB_RESULT, lookUpFib } from "./fib-lookup.ts"

let kernel: EmbeddedKernel

beforeEach(async () => {
  kernel = await bootKernel()
  kernel.world.makePair(
    { name: "v0", addresses: ["10.1.1.1/24", "fd01::1/64"] },
    { name: "v1", namespace: "far", addresses: ["10.1.1.2/24", "fd01::2/64"] },
  )
  kernel.world.writeText("/proc/sys/net/ipv4/ip_forward", "1")
})

afterEach(() => kernel[Symbol.asyncDispose]())

function codeOf(text: string, table?: number): number {
  const { initial } = kernel.network
  const destination = addressBytes(text)
  const source = new Uint8Array(destination.length)
  const device = initial.device("v0")!
  return lookUpFib(initial, { source, destination, device, isOutput: false, table }).code
}

test("routes that refuse are told apart", () => {
  const { initial } = kernel.network
  const device = kernel.network.loopback(initial)
  for (const [network, kind] of [
    ["10.8.1.0/24", "blackhole"],
    ["10.8.2.0/24", "unreachable"],
    ["10.8.3.0/24", "prohibit"],
  ] as const) {
    const { address: destination, prefix } = parseNetwork(network)
    initial.routes.add({ destination, prefix, kind, device })
  }
  expect(["10.8.1.1", "10.8.2.1", "10.8.3.1"].map(text => codeOf(text))).toEqual([1, 2, 3])
  const socket = kernel.world.socket({ type: "datagram" })
  const to = (address: string) => () => socket.send(Uint8Array.of(1), { address, port: 9 })
  expect(to("10.8.1.1")).toThrow("EINVAL")
  expect(to("10.8.2.1")).toThrow("EHOSTUNREACH")
  expect(to("10.8.3.1")).toThrow("EACCES")
})

test("IPv6 is forwarded by its own sysctl, and has its local routes in a table of their own", () => {
  expect(codeOf("fd01::2")).toBe(FIB_RESULT.forwardingOff)
  kernel.world.writeText("/proc/sys/net/ipv6/conf/all/forwarding", "1")
  expect(codeOf("fd01::2")).toBe(FIB_RESULT.success)
  expect(codeOf("fd01::1")).toBe(FIB_RESULT.notForwarded)
  expect(codeOf("fd01::1", 254)).toBe(FIB_RESULT.success)
  expect(codeOf("fe80::1")).toBe(FIB_RESULT.notForwarded)
})

test("who talks to somebody knows the other, and is known", async () => {
  const near = kernel.network.initial.device("v0")!
  const address = addressBytes("10.1.1.2")
  expect(near.neighbours.find(address)).toBeUndefined()
  expect(await kernel.world.ping("10.1.1.2")).toBe(true)
  expect(near.neighbours.find(address)?.state).toBe("reachable")
  expect(near.peer?.neighbours.find(addressBytes("10.1.1.1"))?.state).toBe("stale")
  expect(await kernel.world.ping("10.1.1.9")).toBe(false)
  expect(near.neighbours.find(addressBytes("10.1.1.9"))).toBeUndefined()
})
