import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { outcome, type WorldSocket } from "../../kernel/index.ts"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import type { EmbeddedWorld } from "../world/world.ts"

const profile = await loadBuiltinProfile("6.12")
const LOOPBACK = { ipv4: "127.0.0.1", ipv6: "::1" } as const
const text = (socket: WorldSocket): string | undefined => {
  const received = socket.receive()
  return received && new TextDecoder().decode(received.bytes)
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe("sockets", () => {
  let kernel: EmbeddedKernel
  let world: EmbeddedWorld
  beforeEach(() => {
    kernel = new EmbeddedKernel(profile)
    world = kernel.world
  })
  afterEach(() => world[Symbol.asyncDispose]())

  function connected(
    family: "ipv4" | "ipv6",
  ): [server: WorldSocket, client: WorldSocket, child: WorldSocket] {
    const server = world.socket({ family })
    server.bind({ address: LOOPBACK[family], port: 0 })
    server.listen()
    const client = world.socket({ family })
    client.connect(server.name()!)
    return [server, client, server.accept()!]
  }

  test.each(["ipv4", "ipv6"] as const)("TCP over %s carries streams both ways, to their ends", family => {
    const [server, client, child] = connected(family)
    expect(client.peerName()).toEqual(server.name())
    expect(child.peerName()).toEqual(client.name())
    expect(child.receive()).toBeUndefined()
    client.send(bytes("one"))
    client.send(bytes("two"))
    expect([text(child), text(child)]).toEqual(["one", "two"])
    child.send(bytes("three"))
    expect(new TextDecoder().decode(client.receive(2)?.bytes)).toBe("th")
    expect(text(client)).toBe("ree")
    client.close()
    expect(text(child)).toBe("")
    expect(outcome(() => child.send(bytes("x")))).toBe("ok")
    expect(outcome(() => child.send(bytes("x")))).toBe("ECONNRESET")
  })

  test("TCP cuts what is larger than a packet, and puts it together again", () => {
    world.makePair(
      { name: "v0", addresses: ["10.1.1.1/24"] },
      { name: "v1", namespace: "far", addresses: ["10.1.1.2/24"] },
    )
    const [, client, child] = connected("ipv4")
    const sent = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251)
    client.send(sent)
    const parts: number[] = []
    for (let part = child.receive(); part; part = child.receive()) parts.push(...part.bytes)
    expect(Uint8Array.from(parts)).toEqual(sent)
  })

  test("TCP goes between namespaces", async () => {
    world.makePair(
      { name: "v0", addresses: ["10.1.1.1/24"] },
      { name: "v1", namespace: "far", addresses: ["10.1.1.2/24"] },
    )
    const server = await world.inNamespace("far", () => world.socket())
    server.bind({ address: "0.0.0.0", port: 80 })
    server.listen()
    const client = world.socket()
    client.connect({ address: "10.1.1.2", port: 80 })
    client.send(new Uint8Array(5000))
    const child = server.accept()
    let received = 0
    for (let part = child?.receive(); part; part = child?.receive()) received += part.bytes.length
    expect(received).toBe(5000)
    expect(child?.name()).toEqual({ address: "10.1.1.2", port: 80 })
  })

  test("datagrams keep their bounds and tell who sent them", () => {
    const server = world.socket({ type: "datagram" })
    server.bind({ address: "127.0.0.1", port: 5353 })
    const client = world.socket({ type: "datagram" })
    client.connect(server.name()!)
    client.send(bytes("one"))
    client.send(bytes(""))
    expect(server.receive()?.from).toEqual(client.name())
    expect(server.receive()?.bytes.length).toBe(0)
    expect(server.receive()).toBeUndefined()
  })

  test.each<[string, (world: EmbeddedWorld) => unknown, string]>([
    [
      "connecting to nobody",
      world => world.socket().connect({ address: "127.0.0.1", port: 9 }),
      "ECONNREFUSED",
    ],
    [
      "an address of others",
      world => world.socket().bind({ address: "192.0.2.1", port: 9 }),
      "EADDRNOTAVAIL",
    ],
    [
      "a network that is nowhere",
      world => world.socket().connect({ address: "192.0.2.1", port: 9 }),
      "ENETUNREACH",
    ],
    ["another family's address", world => world.socket().bind({ address: "::1", port: 9 }), "EAFNOSUPPORT"],
    ["sending to nobody", world => world.socket({ type: "datagram" }).send(bytes("x")), "EDESTADDRREQ"],
    ["sending before connecting", world => world.socket().send(bytes("x")), "EPIPE"],
    ["asking for the other end of nothing", world => world.socket().peerName(), "ENOTCONN"],
    ["accepting without listening", world => world.socket().accept(), "EINVAL"],
    ["listening on datagrams", world => world.socket({ type: "datagram" }).listen(), "EOPNOTSUPP"],
    [
      "a unix socket of nobody",
      world => world.socket({ family: "unix" }).connect({ path: "/tmp/none" }),
      "ENOENT",
    ],
    [
      "a port that is taken",
      world => {
        world.socket().bind({ address: "0.0.0.0", port: 80 })
        world.socket().bind({ address: "127.0.0.1", port: 80 })
      },
      "EADDRINUSE",
    ],
  ])("%s is refused", (_name, act, errno) => {
    expect(outcome(() => act(world))).toBe(errno)
  })

  test("unix streams and datagrams, by path and by abstract name", () => {
    const server = world.socket({ family: "unix" })
    server.bind({ path: "/tmp/stream" })
    server.listen()
    const client = world.socket({ family: "unix" })
    client.connect({ path: "/tmp/stream" })
    const child = server.accept()!
    client.send(bytes("hello"))
    expect(text(child)).toBe("hello")
    expect(client.peerName()).toEqual({ path: "/tmp/stream" })
    client.close()
    expect(text(child)).toBe("")
    const one = world.socket({ family: "unix", type: "datagram" })
    one.bind({ path: "@one" })
    const other = world.socket({ family: "unix", type: "datagram" })
    other.bind({ path: "@other" })
    other.send(bytes("x"), { path: "@one" })
    expect(one.receive()?.from).toEqual({ path: "@other" })
  })

  test("packet sockets see frames, with and without their link-layer header", () => {
    const [ETH_P_ALL, ETH_P_IP] = [3, 0x0800]
    const all = world.socket({ family: "packet", type: "raw", protocol: ETH_P_ALL })
    all.bind({ interface: 1 })
    const ip = world.socket({ family: "packet", type: "datagram", protocol: ETH_P_IP })
    const server = world.socket({ type: "datagram" })
    server.bind({ address: "127.0.0.1", port: 0 })
    world.socket({ type: "datagram" }).send(bytes("hello"), server.name())
    const [out, back] = [all.receive(), all.receive()]
    expect([out?.bytes.length, back?.bytes.length]).toEqual([14 + 20 + 8 + 5, 14 + 20 + 8 + 5])
    expect(out?.from).toEqual({ interface: 1, protocol: ETH_P_IP })
    expect(ip.receive()?.bytes.length).toBe(20 + 8 + 5)
    expect(all.receive()).toBeUndefined()
    // A frame that is sent again is received again.
    server.receive()
    all.send(out!.bytes, { interface: 1 })
    expect(text(server)).toBe("hello")
    all.close()
    expect(outcome(() => world.socket({ family: "packet", type: "raw" }).bind({ interface: 9 }))).toBe(
      "ENODEV",
    )
  })

  test("connections that end either way leave no memory behind", () => {
    const round = (): void => {
      const [server, client, child] = connected("ipv4")
      client.send(bytes("unread"))
      child.close()
      client.close()
      const second = connected("ipv6")
      for (const socket of [...second, server]) socket.close()
      const waiting = world.socket()
      waiting.bind({ address: "127.0.0.1", port: 0 })
      waiting.listen()
      const left = world.socket()
      left.connect(waiting.name()!)
      waiting.close()
      left.close()
    }
    round()
    const { used } = kernel.memory.kernel
    round()
    expect(kernel.memory.kernel.used).toBe(used)
  })
})
