import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { addressBytes, parseInterfaceAddress } from "../../kernel/index.ts"
import { bootKernel } from "../boot.ts"
import type { EmbeddedKernel } from "../embedded-kernel.ts"
import { addAddress, joinPair, moveDevice, removeAddress, setUp } from "./configure.ts"
import type { NetDevice } from "./device.ts"
import { farHost } from "./far-host.ts"

let kernel: EmbeddedKernel
beforeEach(async () => {
  kernel = await bootKernel()
})
afterEach(() => kernel[Symbol.asyncDispose]())

function pair(): readonly [NetDevice, NetDevice] {
  const { network } = kernel
  const [near, far] = [
    network.makeVeth(network.initial, "v0"),
    network.makeVeth(network.namespace("far"), "v1"),
  ]
  joinPair([near, far])
  return [near, far]
}

const routeTo = (address: string) => kernel.network.initial.routes.find(addressBytes(address))

describe("addresses", () => {
  test("bring their routes while the device is up, and take them away", () => {
    const [near] = pair()
    const address = parseInterfaceAddress("10.1.1.1/24")
    expect(addAddress(near, address)).toBeUndefined()
    expect(addAddress(near, address)).toBe("EEXIST")
    expect(routeTo("10.1.1.2")).toBeUndefined()
    setUp(near, true)
    expect(routeTo("10.1.1.2")).toMatchObject({ kind: "unicast", prefix: 24 })
    expect(routeTo("10.1.1.1")).toMatchObject({ kind: "local" })
    kernel.network.addRoute({ to: "10.2.0.0/16", interface: "v0" })
    expect(removeAddress(near, address)).toBeUndefined()
    expect(removeAddress(near, address)).toBe("EADDRNOTAVAIL")
    expect([routeTo("10.1.1.2"), routeTo("10.1.1.1"), routeTo("10.2.0.1")]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test("a device that goes down loses what was added, and keeps what follows from its addresses", () => {
    const [near] = pair()
    setUp(near, true)
    addAddress(near, parseInterfaceAddress("10.1.1.1/24"))
    kernel.network.addRoute({ to: "10.2.0.0/16", interface: "v0" })
    setUp(near, false)
    setUp(near, true)
    expect(routeTo("10.1.1.2")).toBeDefined()
    expect(routeTo("10.2.0.1")).toBeUndefined()
  })
})

test("a device moves to another namespace without what it had", () => {
  const [near, far] = pair()
  addAddress(near, parseInterfaceAddress("10.1.1.1/24"))
  setUp(near, true)
  expect(moveDevice(near, far.namespace)).toBeUndefined()
  expect([near.isUp, near.addresses, near.isThere]).toEqual([false, [], true])
  expect(near.index).not.toBe(far.index)
  expect(kernel.network.initial.device("v0")).toBeUndefined()
  expect(moveDevice(kernel.network.loopback(far.namespace), kernel.network.initial)).toBe("EINVAL")
})

test("the other machine on a cable answers echo requests to its addresses, and nothing else", async () => {
  const mac = Uint8Array.of(2, 0, 0, 0, 9, 9)
  const remove = kernel.network.makeEthernet(
    { name: "eth0", addresses: ["10.0.2.15/24", "fd00::15/64"] },
    farHost(mac, ["10.0.2.2", "fd00::2"]),
  )
  const answered: boolean[] = []
  const { memory } = kernel
  await kernel.world.ping("10.0.2.2")
  const before = memory.kernel.used
  for (const address of ["10.0.2.2", "fd00::2", "10.0.2.3", "10.0.2.15"])
    answered.push(await kernel.world.ping(address))
  expect(answered).toEqual([true, true, false, true])
  expect(memory.kernel.used).toBe(before)
  remove()
  expect(await kernel.world.ping("10.0.2.2")).toBe(false)
})
