import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { AttachError } from "skep"
import { type LinuxKernel, openLinuxKernel, Socket } from "skep/linux"
import { eventually, LOOPBACK } from "../styles/sockets-of.ts"
import { programs } from "../tracing/style.ts"
import { makePair, removePair } from "./pair.ts"

const object = programs("network")
const [SOL_SOCKET, SO_REUSEPORT] = [1, 15]
const HELLO = Uint8Array.from([104, 101, 108, 108, 111])

describe("sockets", () => {
  let kernel: LinuxKernel
  let server: Socket
  before(async () => {
    kernel = await openLinuxKernel()
    server = Socket.open(kernel.bpf.native, { type: "datagram" })
    server.setOption(SOL_SOCKET, SO_REUSEPORT, 1)
    server.bind(LOOPBACK.ipv4)
  })
  after(async () => {
    server.close()
    await kernel[Symbol.asyncDispose]()
  })

  const send = async (): Promise<string> => {
    using client = Socket.open(kernel.bpf.native, { type: "datagram" })
    client.send(HELLO, server.name())
    return (await eventually(() => server.receive(), 200)) ? "ok" : "lost"
  }
  test("a filter on a packet socket sees the copies", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["socket_filter"], globals: { deny: 1 } })
    const ETH_P_ALL = 3
    using packets = Socket.open(kernel.bpf.native, { family: "packet", type: "raw", protocol: ETH_P_ALL })
    const filter = await loaded.programs.socket_filter!.attach({ kind: "socket", fd: packets.fd })
    while (packets.receive()) {} // what came before the filter
    assert.equal(await send(), "ok", "the packet itself arrives")
    assert.equal(packets.receive(), undefined)
    await filter.detach()
    assert.equal(await send(), "ok")
    assert(packets.receive(), "without the filter there are copies")
  })

  test("descriptors of no socket, and programs of other types, are refused", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["socket_filter", "classify"] })
    const { socket_filter: filter, classify } = loaded.programs
    const refusedWith = (errno: string, words: RegExp) => (error: unknown) => {
      assert(error instanceof AttachError, String(error))
      assert.equal(error.errno, errno)
      assert.match(error.message, words)
      return true
    }
    await assert.rejects(filter!.attach({ kind: "socket", fd: 999 }), refusedWith("EBADF", /no such socket/))
    await assert.rejects(
      classify!.attach({ kind: "socket", fd: server.fd }),
      refusedWith("EINVAL", /it is a sched_cls program/),
    )
  })
})

test("a map of another type and a section without a hook are refused", async () => {
  await using kernel = await openLinuxKernel()
  const loaded = await kernel.load(object, { only: ["message", "unspecific"] })
  const { message, unspecific } = loaded.programs
  await assert.rejects(
    message!.attach({ kind: "sockmap", map: loaded.maps.devices!.id, by: "attach" }),
    /must be a sockmap|Invalid argument|not supported/,
  )
  await assert.rejects(
    unspecific!.attach({ kind: "sockmap", map: loaded.maps.sockets!.id }),
    /section 'sk_skb' does not say/,
  )
  await assert.rejects(
    message!.attach({ kind: "sockmap", map: 999999 }),
    (error: unknown) => error instanceof AttachError && error.errno === "ENOENT",
  )
})

describe("network namespaces", () => {
  before(makePair)
  after(removePair)

  test("a second program and other namespaces' ways are refused", async () => {
    await using kernel = await openLinuxKernel()
    const loaded = await kernel.load(object, { only: ["dissect", "lookup"] })
    const { dissect, lookup } = loaded.programs
    await dissect!.attach({ kind: "netns" })
    await assert.rejects(
      dissect!.attach({ kind: "netns" }),
      new RegExp(`program ${dissect!.id} is there.*\\(E`),
    )
    await assert.rejects(
      lookup!.attach({ kind: "netns", by: "attach" }),
      /only flow_dissector, and only on the namespace of this process/,
    )
    await assert.rejects(
      lookup!.attach({ kind: "netns", path: "/run/netns/none" }),
      (error: unknown) => error instanceof AttachError && error.errno === "ENOENT",
    )
    const there = await lookup!.attach({ kind: "netns", path: "/run/netns/far" })
    await there.detach()
  })
})
