import type { Exhibit, World, WorldSocket } from "skep"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (received: { readonly bytes: Uint8Array } | undefined): string | undefined =>
  received && new TextDecoder().decode(received.bytes)

/** Two ends of a TCP connection on loopback. */
function connection(world: World): readonly [client: WorldSocket, accept: () => WorldSocket | undefined] {
  const server = world.socket()
  server.bind({ address: "127.0.0.1", port: 0 })
  server.listen()
  const client = world.socket()
  const name = server.name()
  if (name) client.connect(name)
  return [client, () => server.accept()]
}

/** A program reads, changes, drops and redirects messages between send(2) and TCP. */
const gate: Exhibit = {
  title: "a gate for the messages of a connection, with a short cut to a cache",
  attach: { gate: ({ object }) => ({ kind: "sockmap", map: object.maps.sockets?.id ?? 0 }) },
  async scenario({ world, object, outcome, eventually }) {
    const [client, accept] = connection(world)
    const server = await eventually(accept)
    const [other, acceptCache] = connection(world)
    const cache = await eventually(acceptCache)
    await object.maps.sockets?.set(0, BigInt(client.fd))
    await object.maps.sockets?.set(1, BigInt(cache?.fd ?? -1))
    const sent = ["hello", "?really", "@cached", "!password", "again"].map(message =>
      outcome(() => client.send(bytes(message))),
    )
    const seen: (string | undefined)[] = []
    for (let length = 0; length < 12; length = seen.join("").length) {
      const part = await eventually(() => text(server?.receive()))
      if (part === undefined) break
      seen.push(part)
    }
    const atCache = await eventually(() => text(cache?.receive()))
    await object.maps.sockets?.delete(0)
    const free = outcome(() => client.send(bytes("!free")))
    const last = await eventually(() => text(server?.receive()))
    other.close()
    return { sent, seen: seen.join(""), atCache, free, last, counts: { ...object.globals } }
  },
  expected: {
    sent: ["ok", "ok", "ok", "EACCES", "EACCES"],
    seen: "hello.really",
    atCache: "@cached",
    free: "ok",
    last: "!free",
    counts: { passed: 2, dropped: 1, redirected: 1, size: 28 },
  },
}

export default gate
