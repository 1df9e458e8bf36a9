import type { Exhibit, SocketAddress } from "skep"

const text = (address: SocketAddress | undefined): string =>
  address && "address" in address ? `${address.address}:${address.port}` : "nothing"

/** A proxy takes connections to ten ports with one listening socket, which is bound to none of them. */
const steering: Exhibit = {
  title: "one server for a range of ports that it is not bound to",
  attach: { steer: { kind: "netns" } },
  async scenario({ world, object, outcome, eventually }) {
    const server = world.socket()
    server.bind({ address: "127.0.0.1", port: 0 })
    server.listen()
    const names = world.socket({ type: "datagram" })
    names.bind({ address: "127.0.0.1", port: 0 })
    const to = (port: number) => ({ address: "127.0.0.1", port })
    const connect = (port: number): string =>
      outcome(() => {
        const client = world.socket()
        try {
          client.connect(to(port))
        } finally {
          client.close()
        }
      })
    const before = connect(17003)
    await object.maps.servers?.set(0, BigInt(server.fd))
    await object.maps.servers?.set(1, BigInt(names.fd))
    const client = world.socket()
    client.connect(to(17003))
    const child = await eventually(() => server.accept())
    client.send(Uint8Array.of(1, 2))
    const received = (await eventually(() => child?.receive()))?.bytes.length
    const asker = world.socket({ type: "datagram" })
    asker.send(Uint8Array.of(1, 2, 3), to(17009))
    const datagram = (await eventually(() => names.receive()))?.bytes.length
    return {
      before,
      ends: [text(client.peerName()), text(child?.name())],
      received,
      datagram,
      closed: connect(17005),
      outside: connect(17010),
      counts: { ...object.globals },
    }
  },
  expected: {
    before: "ECONNREFUSED",
    ends: ["127.0.0.1:17003", "127.0.0.1:17003"],
    received: 2,
    datagram: 3,
    closed: "ECONNREFUSED",
    outside: "ECONNREFUSED",
    counts: { steered: 2, refused: 1, left: 1, second_choice: -17, first: 17000, last: 17009, closed: 17005 },
  },
}

export default steering
