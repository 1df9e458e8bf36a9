import assert from "node:assert/strict"
import { after, before, describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { AttachError } from "skep"
import { type LinuxKernel, type LinuxObject, openLinuxKernel, Socket } from "skep/linux"
import { attachStyle, programs, type Refusal } from "../tracing/style.ts"
import {
  eventually,
  hookTest,
  LOOPBACK,
  makePair,
  outcome,
  ping,
  removePair,
  run,
  seenBy,
  withSockets,
} from "./hook.ts"

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
    withSockets(kernel, open => open({ type: "datagram" }).send(HELLO, server.name()))
    return (await eventually(() => server.receive(), 200)) ? "ok" : "lost"
  }
  for (const [type, style, program, reuseport] of [
    ["socket_filter", "socket (SO_ATTACH_BPF)", "socket_filter", false],
    ["socket_filter", "reuseport group (SO_ATTACH_REUSEPORT_EBPF)", "reuseport_index", true],
    ["sk_reuseport", "sk_reuseport", "select", true],
  ] as const)
    hookTest(type, style, {
      object,
      program,
      point: () => ({ kind: "socket", fd: server.fd, reuseport }),
      event: send,
      // An index that is in no group leaves the choice to the kernel.
      ...(program !== "reuseport_index" && { denied: "lost" }),
    })

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

/** Two ends of a TCP connection. */
async function connection(kernel: LinuxKernel): Promise<readonly [client: Socket, server: Socket]> {
  const { native } = kernel.bpf
  using listener = Socket.open(native)
  listener.bind(LOOPBACK.ipv4)
  listener.listen()
  const client = Socket.open(native)
  client.connect(listener.name()!)
  // The last step of the handshake may come a little later.
  let server = listener.accept()
  for (let tries = 0; !server && tries < 100; tries++) {
    await setTimeout(5)
    server = listener.accept()
  }
  assert(server, "nothing to accept")
  return [client, server]
}

describe("sockmaps", () => {
  /** A new connection whose `end` is put into the map; what the server receives of it. */
  const transfer = async (
    loaded: LinuxObject,
    kernel: LinuxKernel,
    end: "client" | "server",
  ): Promise<string> => {
    const [client, server] = await connection(kernel)
    const map = loaded.maps.sockets!
    const key = new Uint8Array(4)
    map.update(key, new Uint8Array(Uint32Array.of((end === "client" ? client : server).fd).buffer), 0)
    try {
      const sent = outcome(() => void client.send(HELLO))
      if (sent !== "ok") return sent
      return (await eventually(() => server.receive(), 300)) ? "ok" : "lost"
    } finally {
      client.close()
      server.close()
    }
  }

  let kernel: LinuxKernel
  before(async () => {
    kernel = await openLinuxKernel()
  })
  after(() => kernel[Symbol.asyncDispose]())
  const noLink: Refusal = { on: ["6.1"], errno: "EINVAL", reason: /a sockmap link needs Linux 6.10 or newer/ }
  for (const by of ["link", "attach"] as const)
    for (const [type, program, end, denied] of [
      ["sk_msg", "message", "client", "EACCES"],
      ["sk_skb", "stream_verdict", "server", "lost"],
      ["sk_skb", "verdict", "server", "lost"],
    ] as const)
      hookTest(type, `sockmap ${program} by ${by}`, {
        object,
        program,
        point: loaded => ({ kind: "sockmap", map: loaded.maps.sockets!.id, by }),
        event: loaded => transfer(loaded, kernel, end),
        denied,
        ...(by === "link" && { refusal: noLink }),
      })

  // A parser runs before a verdict only.
  for (const by of ["link", "attach"] as const)
    attachStyle(
      "sk_skb",
      `sockmap stream_parser by ${by}`,
      async kernel => {
        const loaded = await kernel.load(object, { only: ["stream_parser", "stream_verdict"] })
        const { stream_parser: parser, stream_verdict: verdict } = loaded.programs
        const point = { kind: "sockmap", map: loaded.maps.sockets!.id, by } as const
        const parsing = await parser!.attach(point)
        const deciding = await verdict!.attach(point)
        assert.equal(await transfer(loaded, kernel, "server"), "ok")
        assert((await seenBy(loaded)) >= 2n, "parser and verdict see the message")
        await parsing.detach()
        await deciding.detach()
        const atDetach = await seenBy(loaded)
        assert.equal(await transfer(loaded, kernel, "server"), "ok")
        assert.equal(await seenBy(loaded), atDetach)
      },
      by === "link" ? noLink : undefined,
    )

  test("a map of another type and a section without a hook are refused", async () => {
    const loaded = await kernel.load(object, { only: ["message", "unspecific"] })
    const wrong = loaded.maps.devices!.id
    await assert.rejects(
      loaded.programs.message!.attach({ kind: "sockmap", map: wrong, by: "attach" }),
      /must be a sockmap|Invalid argument|not supported/,
    )
    await assert.rejects(
      loaded.programs.unspecific!.attach({ kind: "sockmap", map: loaded.maps.sockets!.id }),
      /section 'sk_skb' does not say/,
    )
    await assert.rejects(
      loaded.programs.message!.attach({ kind: "sockmap", map: 999999 }),
      (error: unknown) => error instanceof AttachError && error.errno === "ENOENT",
    )
  })
})

describe("network namespaces", () => {
  let kernel: LinuxKernel
  before(async () => {
    kernel = await openLinuxKernel()
    makePair()
    // Spreading packets over CPUs asks for their hashes, which the flow dissector finds.
    run("sh", "-c", "echo 3 > /sys/class/net/v0/queues/rx-0/rps_cpus")
  })
  after(async () => {
    removePair()
    await kernel[Symbol.asyncDispose]()
  })

  hookTest("sk_lookup", "sk_lookup by link", {
    object,
    program: "lookup",
    point: () => ({ kind: "netns" }),
    event: () =>
      withSockets(kernel, open => {
        const server = open()
        server.bind(LOOPBACK.ipv4)
        server.listen()
        return outcome(() => open().connect(server.name()!))
      }),
    denied: "ECONNREFUSED",
  })
  for (const by of ["link", "attach"] as const)
    hookTest("flow_dissector", `flow_dissector by ${by}`, {
      object,
      program: "dissect",
      point: () => ({ kind: "netns", by }),
      event: () => ping("10.1.1.2"),
    })

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
