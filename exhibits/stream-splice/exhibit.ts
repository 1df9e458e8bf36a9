import type { Exhibit, World, WorldSocket } from "skep"

/** A record: its length, then the text. */
const record = (text: string): Uint8Array => Uint8Array.of(text.length + 1, ...new TextEncoder().encode(text))

function listening(world: World): WorldSocket {
  const server = world.socket()
  server.bind({ address: "127.0.0.1", port: 0 })
  server.listen()
  return server
}

/** A proxy between a client and a server, whose own process never sees what passes. */
const splice: Exhibit = {
  title: "a TCP proxy in the kernel that forwards record by record",
  attach: {
    cut: ({ object }) => ({ kind: "sockmap", map: object.maps.ends?.id ?? 0 }),
    splice: ({ object }) => ({ kind: "sockmap", map: object.maps.ends?.id ?? 0 }),
  },
  async scenario({ world, object, eventually }) {
    const proxy = listening(world)
    const server = listening(world)
    const client = world.socket()
    const back = world.socket()
    const [front, target] = [proxy.name(), server.name()]
    if (front) client.connect(front)
    if (target) back.connect(target)
    const accepted = await eventually(() => proxy.accept())
    const served = await eventually(() => server.accept())
    object.globals.back_port = (back.name() as { port: number }).port
    await object.maps.ends?.set(0, BigInt(accepted?.fd ?? -1))
    await object.maps.ends?.set(1, BigInt(back.fd))
    const all = async (socket: WorldSocket | undefined, length: number): Promise<string> => {
      let seen = ""
      while (seen.length < length) {
        const part = await eventually(() => socket?.receive())
        if (!part) break
        seen += String.fromCharCode(...part.bytes)
      }
      return [...seen].map(char => (char < " " ? "|" : char)).join("")
    }
    // One record a segment: of several in one, Linux's helpers count from the first one's start.
    for (const text of ["get a", "x-secret", "get b"]) {
      client.send(record(text))
      await world.sleep(50)
    }
    const request = await all(served, 12)
    served?.send(record("answer"))
    const answer = await all(client, 7)
    await world.sleep(50)
    const { records, blocked } = object.globals
    const own = [accepted?.receive(), back.receive()].filter(Boolean).length
    return { request, answer, records, blocked, own }
  },
  expected: { request: "|get a|get b", answer: "|answer", records: 3, blocked: 1, own: 0 },
}

export default splice
