import type { AttachPoint, Exhibit, SocketAddress, WorldSocket } from "skep"

const ABOVE = "/sys/fs/cgroup/skep-traffic"
const [CLIENT, SERVER] = [`${ABOVE}/client`, `${ABOVE}/server`]
const HERE: AttachPoint = { kind: "cgroup", path: ABOVE }
const FORBIDDEN: SocketAddress = { address: "127.0.0.1", port: 7777 }

/** One pair of programs above counts for each group below by itself. */
const traffic: Exhibit = {
  title: "traffic of every control group, and a port that is closed to them",
  setUp(world) {
    world.makeGroup("skep-traffic/client")
    world.makeGroup("skep-traffic/server")
  },
  attach: { out: HERE, in: HERE },
  async scenario({ world, object, outcome, eventually }) {
    const socket = (): WorldSocket => world.socket({ type: "datagram" })
    const server = await world.inGroup(SERVER, socket)
    server.bind({ address: "127.0.0.1", port: 0 })
    const client = await world.inGroup(CLIENT, socket)
    const outside = socket()
    const to = server.name()
    const send = (from: WorldSocket, size: number) => from.send(new Uint8Array(size), to)
    // A socket stays with the group that it was made in.
    send(client, 100)
    send(client, 200)
    send(client, 1000)
    send(outside, 50)
    const received: number[] = []
    for (let count = 0; count < 3; count++) {
      const message = await eventually(() => server.receive())
      received.push(message?.bytes.length ?? 0)
      if (count === 0 && message?.from) server.send(new Uint8Array(10), message.from)
    }
    const answer = await eventually(() => client.receive())
    const closed = outcome(() => client.send(Uint8Array.of(1), FORBIDDEN))
    const closedOutside = outcome(() => outside.send(Uint8Array.of(1), FORBIDDEN))
    const count = (path: string, direction: number) =>
      object.maps.traffic?.get({ group: world.groupId(path), direction, unused: 0 })
    return {
      received,
      answer: answer?.bytes.length,
      closed,
      closedOutside,
      client: { in: await count(CLIENT, 0), out: await count(CLIENT, 1) },
      server: { in: await count(SERVER, 0), out: await count(SERVER, 1) },
    }
  },
  expected: {
    received: [100, 200, 50],
    answer: 10,
    closed: "EPERM",
    closedOutside: "ok",
    client: { in: { packets: 1n, bytes: 38n }, out: { packets: 3n, bytes: 1384n } },
    server: { in: { packets: 4n, bytes: 1462n }, out: { packets: 1n, bytes: 38n } },
  },
}

export default traffic
