import type { Exhibit, WorldSocket } from "skep"

let server: WorldSocket
const ours = (size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  bytes.set(new TextEncoder().encode("SKEP"))
  return bytes
}

/** The oldest place that BPF programs have: they decide what a socket gets to see. */
const filter: Exhibit = {
  title: "a datagram socket's own filter",
  setUp(world) {
    server = world.socket({ type: "datagram" })
    server.bind({ address: "127.0.0.1", port: 0 })
  },
  attach: { filter: () => ({ kind: "socket", fd: server.fd }) },
  async scenario({ world, object, eventually }) {
    const to = server.name()
    const client = world.socket({ type: "datagram" })
    for (const bytes of [ours(8), new Uint8Array(100), ours(40), Uint8Array.of(0x53)]) client.send(bytes, to)
    const received: (number | undefined)[] = []
    for (let count = 0; count < 2; count++)
      received.push((await eventually(() => server.receive()))?.bytes.length)
    await world.sleep(50)
    return { received, more: server.receive() !== undefined, counts: { ...object.globals } }
  },
  expected: {
    received: [8, 12],
    more: false,
    counts: { kept: 2, dropped: 2, bytes: 181, cookies: 2 },
  },
}

export default filter
