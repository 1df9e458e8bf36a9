import type { AttachPoint, Exhibit, SocketAddress, World, WorldSocket } from "skep"

const GROUP = "/sys/fs/cgroup/skep-client"
const HERE: AttachPoint = { kind: "cgroup", path: GROUP }
const SERVICE = { address: "10.96.0.1", port: 80 }
const LOOPBACK = 0x0100007f

const portOf = (socket: WorldSocket): number => (socket.name() as { port: number }).port
const inNetworkOrder = (port: number): number => ((port & 0xff) << 8) | (port >> 8)
const text = (address: SocketAddress | undefined): string =>
  address && "address" in address ? `${address.address}:${address.port}` : "nothing"

function server(world: World, type: "stream" | "datagram"): WorldSocket {
  const socket = world.socket({ type })
  socket.bind({ address: "127.0.0.1", port: 0 })
  if (type === "stream") socket.listen()
  return socket
}

/** As service meshes do it: the balancer stands at connect(2), so no packet is ever rewritten. */
const balancer: Exhibit = {
  title: "a load balancer at connect(2) that no packet sees",
  setUp: world => void world.makeGroup("skep-client"),
  attach: { balance: HERE, balance_datagram: HERE, tell_peer: HERE, tell_sender: HERE },
  async scenario({ world, object, outcome, eventually }) {
    const give = async (servers: readonly WorldSocket[]) => {
      for (const [index, socket] of servers.entries())
        await object.maps.backends?.set(index, { address: LOOPBACK, port: inNetworkOrder(portOf(socket)) })
    }
    const servers = [server(world, "stream"), server(world, "stream")]
    const client = () => {
      const socket = world.socket()
      socket.connect(SERVICE)
      return socket
    }
    const noBackend = await world.inGroup(GROUP, () => outcome(client))
    await give(servers)
    const peers = await world.inGroup(GROUP, () =>
      [client(), client(), client(), client()].map(socket => text(socket.peerName())),
    )
    const accepted = servers.map(
      socket => [socket.accept(), socket.accept(), socket.accept()].filter(Boolean).length,
    )
    const outside = world.socket({ type: "datagram" })
    outside.connect({ address: "127.0.0.1", port: 80 })

    const names = [server(world, "datagram"), server(world, "datagram")]
    await give(names)
    const asker = await world.inGroup(GROUP, () => world.socket({ type: "datagram" }))
    await world.inGroup(GROUP, () => asker.send(Uint8Array.of(1, 2, 3), SERVICE))
    const asked = await eventually(() => names.map(socket => socket.receive()).find(Boolean))
    for (const socket of names) if (asked?.from) socket.send(Uint8Array.of(9), asked.from)
    const answers = [await eventually(() => asker.receive()), await eventually(() => asker.receive())]
    const senders = answers.map(answer => text(answer?.from))
    return {
      noBackend,
      peers,
      accepted,
      outside: text(outside.peerName()),
      datagram: asked?.bytes.length,
      fromService: senders.filter(sender => sender === text(SERVICE)).length,
      fromElsewhere: senders.filter(sender => sender.startsWith("127.0.0.1:")).length,
      translated: object.globals.translated,
    }
  },
  expected: {
    noBackend: "EPERM",
    peers: ["10.96.0.1:80", "10.96.0.1:80", "10.96.0.1:80", "10.96.0.1:80"],
    accepted: [2, 2],
    outside: "127.0.0.1:80",
    datagram: 3,
    fromService: 1,
    fromElsewhere: 1,
    translated: 5n,
  },
}

export default balancer
