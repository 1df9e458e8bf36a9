import { beforeEach, expect, test } from "vitest"
import type { SocketAddress } from "../../kernel/index.ts"
import { bootKernel } from "../boot.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"

const ETH_P_ALL = 3
let kernel: EmbeddedKernel

beforeEach(async () => {
  kernel = await bootKernel()
  kernel.world.makePair(
    { name: "v0", addresses: ["10.1.1.1/24"] },
    { name: "v1", namespace: "far", addresses: ["10.1.1.2/24"] },
  )
})

const indexOf = (name: string): number => kernel.network.initial.device(name)!.index

test("a packet socket hears what leaves and what comes in on its device", async () => {
  using socket = kernel.world.socket({ family: "packet", type: "raw", protocol: ETH_P_ALL })
  const address: SocketAddress = { interface: indexOf("v0"), protocol: ETH_P_ALL }
  socket.bind(address)
  expect(socket.name()).toEqual(address)
  await kernel.world.ping("127.0.0.1")
  expect(socket.receive()).toBeUndefined()
  await kernel.world.ping("10.1.1.2")
  const [sent, received] = [socket.receive(), socket.receive()]
  expect(sent?.bytes.length).toBe(98)
  expect([sent?.bytes[34], received?.bytes[34]]).toEqual([8, 0])
  expect(received?.from).toEqual({ interface: indexOf("v0"), protocol: 0x0800 })
  expect(socket.receive()).toBeUndefined()
})

test("without a link-layer header it is one of datagrams, without a protocol it hears nothing", async () => {
  using cooked = kernel.world.socket({ family: "packet", type: "datagram", protocol: 0x0800 })
  using deaf = kernel.world.socket({ family: "packet", type: "raw" })
  await kernel.world.ping("10.1.1.2")
  // One that wants one protocol does not hear what leaves.
  expect(cooked.receive()?.bytes.length).toBe(84)
  expect(cooked.receive()).toBeUndefined()
  expect(deaf.receive()).toBeUndefined()
})

test("what it sends it does not hear; others do, and the other end", async () => {
  using socket = kernel.world.socket({ family: "packet", type: "raw", protocol: ETH_P_ALL })
  using other = kernel.world.socket({ family: "packet", type: "raw", protocol: ETH_P_ALL })
  const frame = new Uint8Array(60).fill(0xff, 0, 6)
  expect(() => socket.send(frame)).toThrow("ENXIO")
  expect(() => socket.send(new Uint8Array(13), { interface: indexOf("v0") })).toThrow("EINVAL")
  expect(() => socket.bind({ interface: 99 })).toThrow("ENODEV")
  await kernel.world.inNamespace("far", async () => {
    using far = kernel.world.socket({ family: "packet", type: "raw", protocol: ETH_P_ALL })
    const before = kernel.memory.kernel.used
    expect(socket.send(frame, { interface: indexOf("v0") })).toBe(60)
    expect(kernel.memory.kernel.used).toBe(before)
    expect(far.receive()?.bytes).toEqual(frame)
  })
  expect(socket.receive()).toBeUndefined()
  expect(other.receive()?.bytes).toEqual(frame)
})
