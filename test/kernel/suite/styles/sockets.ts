import assert from "node:assert/strict"
import { type LoadedObject, outcome, type WorldSocket } from "skep"
import { hookStyle, makePair, ping, seenBy } from "./hook-style.ts"
import { connection, eventually, LOOPBACK, withSockets } from "./sockets-of.ts"
import { type AttachStyle, programs, type Refusal, type Scene, type StyleGroup } from "./style.ts"

const [SOL_SOCKET, SO_REUSEPORT] = [1, 15]
const HELLO = Uint8Array.from([104, 101, 108, 108, 111])

/** A datagram socket in a group of one, whom the styles' programs are attached to. */
const servers = new WeakMap<Scene["world"], WorldSocket>()
const serverOf = ({ world }: Scene): WorldSocket => servers.get(world)!

async function send(scene: Scene): Promise<string> {
  const server = serverOf(scene)
  await withSockets(scene.world, open => open({ type: "datagram" }).send(HELLO, server.name()))
  return (await eventually(() => server.receive(), 200)) ? "ok" : "lost"
}

export const SOCKETS: StyleGroup = {
  title: "sockets",
  prepare({ world }) {
    const server = world.socket({ type: "datagram" })
    server.setOption(SOL_SOCKET, SO_REUSEPORT, 1)
    server.bind(LOOPBACK.ipv4)
    servers.set(world, server)
  },
  styles: (
    [
      ["socket_filter", "socket (SO_ATTACH_BPF)", "socket_filter", false],
      ["socket_filter", "reuseport group (SO_ATTACH_REUSEPORT_EBPF)", "reuseport_index", true],
      ["sk_reuseport", "sk_reuseport", "select", true],
    ] as const
  ).map(([type, style, program, reuseport]) =>
    hookStyle(type, style, {
      object: "network",
      program,
      point: (_loaded, scene) => ({ kind: "socket", fd: serverOf(scene).fd, reuseport }),
      event: send,
      // An index that is in no group leaves the choice to the kernel.
      denied: program === "reuseport_index" ? undefined : "lost",
    }),
  ),
}

/** A new connection whose `end` is put into the map; what the server receives of it. */
function transfer({ world }: Scene, { maps }: LoadedObject, end: "client" | "server"): Promise<string> {
  return withSockets(world, async open => {
    const ends = await connection(open)
    await maps.sockets!.set(0, ends[end].fd)
    const sent = outcome(() => ends.client.send(HELLO))
    const result = sent !== "ok" ? sent : (await eventually(() => ends.server.receive(), 300)) ? "ok" : "lost"
    ends.server.close()
    return result
  })
}

const NO_LINK: Refusal = {
  on: ["6.1"],
  errno: "EINVAL",
  reason: /a sockmap link needs Linux 6.10 or newer/,
}

const ofSockmap = (by: "link" | "attach"): AttachStyle[] =>
  (
    [
      ["sk_msg", "message", "client", "EACCES"],
      ["sk_skb", "stream_verdict", "server", "lost"],
      ["sk_skb", "verdict", "server", "lost"],
    ] as const
  ).map(([type, program, end, denied]) =>
    hookStyle(type, `sockmap ${program} by ${by}`, {
      object: "network",
      program,
      point: ({ maps }) => ({ kind: "sockmap", map: maps.sockets!.id, by }),
      event: (scene, loaded) => transfer(scene, loaded, end),
      denied,
      refusal: by === "link" ? NO_LINK : undefined,
    }),
  )

/** A parser runs before a verdict only. */
const parser = (by: "link" | "attach"): AttachStyle => ({
  programType: "sk_skb",
  style: `sockmap stream_parser by ${by}`,
  refusal: by === "link" ? NO_LINK : undefined,
  async run(scene) {
    const loaded = await scene.load("network", { only: ["stream_parser", "stream_verdict"] })
    const point = { kind: "sockmap", map: loaded.maps.sockets!.id, by } as const
    const parsing = await loaded.programs.stream_parser!.attach(point)
    const deciding = await loaded.programs.stream_verdict!.attach(point)
    assert.equal(await transfer(scene, loaded, "server"), "ok")
    assert(seenBy(loaded) >= 2n, "parser and verdict see the message")
    await parsing.detach()
    await deciding.detach()
    const atDetach = seenBy(loaded)
    assert.equal(await transfer(scene, loaded, "server"), "ok")
    assert.equal(seenBy(loaded), atDetach)
  },
})

export const SOCKMAPS: StyleGroup = {
  title: "sockmaps",
  styles: (["link", "attach"] as const).flatMap(by => [...ofSockmap(by), parser(by)]),
}

export const NETWORK_NAMESPACES: StyleGroup = {
  title: "network namespaces",
  async prepare(scene) {
    await makePair(scene)
    // Something has to ask for the hashes of packets, which the flow dissector finds.
    const asking = await scene.kernel.load(programs("network"), { only: ["hash"] })
    await asking.programs.hash!.attach({ kind: "tc", interface: "v0", direction: "ingress" })
  },
  styles: [
    hookStyle("sk_lookup", "sk_lookup by link", {
      object: "network",
      program: "lookup",
      point: { kind: "netns" },
      event: ({ world }) =>
        withSockets(world, open => {
          const server = open()
          server.bind(LOOPBACK.ipv4)
          server.listen()
          return outcome(() => open().connect(server.name()!))
        }),
      denied: "ECONNREFUSED",
    }),
    ...(["link", "attach"] as const).map(by =>
      hookStyle("flow_dissector", `flow_dissector by ${by}`, {
        object: "network",
        program: "dissect",
        point: { kind: "netns", by },
        event: ping("10.1.1.2"),
      }),
    ),
  ],
}
