import type { Exhibit, World, WorldSocket } from "skep"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (part: { readonly bytes: Uint8Array } | undefined): string | undefined =>
  part && new TextDecoder().decode(part.bytes).replaceAll("\0", "_")

const [SOL_SOCKET, SO_ERROR, EPROTO] = [1, 4, 71]
const LOOPBACK = { address: "127.0.0.1", port: 0 }

/** Two ends of a TCP connection on loopback. */
function connection(world: World): readonly [client: WorldSocket, accept: () => WorldSocket | undefined] {
  const server = world.socket()
  server.bind(LOOPBACK)
  server.listen()
  const client = world.socket()
  client.connect(server.name()!)
  return [client, () => server.accept()]
}

const framing: Exhibit = {
  title: "messages out of streams: held together, cut, changed, and taken apart again",
  attach: {
    edit: ({ object }) => ({ kind: "sockmap", map: object.maps.senders!.id }),
    cut: ({ object }) => ({ kind: "sockmap", map: object.maps.readers!.id }),
    judge: ({ object }) => ({ kind: "sockmap", map: object.maps.readers!.id }),
    forward: ({ object }) => ({ kind: "sockmap", map: object.maps.datagrams!.id }),
  },
  async scenario({ world, object, eventually }) {
    const { globals } = object
    /** What a socket has by now. */
    const read = async (socket: WorldSocket | undefined): Promise<string> => {
      await world.sleep(50)
      let all = ""
      for (
        let part = text(socket?.receive());
        part !== undefined && part !== "";
        part = text(socket?.receive())
      )
        all += part
      return all
    }

    const edits: unknown[] = []
    for (const messages of [
      ["cork", "ed", "", "bytes", "free"],
      ["apply bytes"],
      ["long", "er", "message"],
      ["header"],
      ["inside"],
      ["end"],
      ["out of it"],
      ["front"],
      ["wrong"],
    ]) {
      const [client, accept] = connection(world)
      const server = await eventually(accept)
      await object.maps.senders!.set(0, BigInt(client.fd))
      globals.last = { asked: 0, size: 0, shown: 0, answer: 0 }
      const got: string[] = []
      for (const message of messages) {
        if (message !== "") client.send(bytes(message))
        got.push(await read(server))
      }
      const { asked, size, shown, answer } = globals.last as Record<string, number>
      edits.push([got.join(","), `asked ${asked}, ${shown} of ${size} shown: ${answer}`])
    }

    const [dropped] = connection(world)
    await object.maps.senders!.set(0, BigInt(dropped.fd))
    // The verdict holds for three bytes: all are lost, and three are not counted as sent.
    const drops = [1, 2].map(() => {
      try {
        return dropped.send(bytes("xyzzy"))
      } catch (error) {
        return (error as { readonly code?: string }).code
      }
    })

    const parts: unknown[] = []
    const [writer, accept] = connection(world)
    const reader = await eventually(accept)
    await object.maps.readers!.set(0, BigInt(reader!.fd))
    for (const part of ["0", "7", "abc", "de", "08ghijkl", "05x", "yz"]) {
      writer.send(bytes(part))
      parts.push(await read(reader))
    }
    const counts = [globals.parsed, globals.judged, globals.seen]
    writer.send(bytes("-1"))
    await world.sleep(50)
    // What the parser refused stays where it is, and hides the error from who reads.
    const broken = [text(reader!.receive()), reader!.option(SOL_SOCKET, SO_ERROR)]

    const [inlet, outlet, target] = [0, 1, 2].map(() => world.socket({ type: "datagram" }))
    inlet!.bind(LOOPBACK)
    target!.bind(LOOPBACK)
    outlet!.bind(LOOPBACK)
    outlet!.connect(target!.name()!)
    await object.maps.datagrams!.set(0, BigInt(inlet!.fd))
    await object.maps.datagrams!.set(1, BigInt(outlet!.fd))
    const sender = world.socket({ type: "datagram" })
    sender.send(bytes("a datagram"), inlet!.name())
    const arrived = await eventually(() => target!.receive())
    const from = (arrived?.from as { readonly port?: number } | undefined)?.port
    const forwarded = [text(arrived), from === (outlet!.name() as { readonly port: number }).port]
    return { edits, drops, parts, counts, broken, forwarded, own: text(inlet!.receive()) }
  },
  expected: {
    edits: [
      [",,,corkedbytes,", "asked 3, 3 of 3 shown: 0"],
      ["apply bytes", "asked 3, 3 of 3 shown: 0"],
      ["long,er,message", "asked 2, 7 of 7 shown: 0"],
      ["--header", "asked 1, 2 of 8 shown: 0"],
      ["i<>nside", "asked 1, 4 of 8 shown: 0"],
      ["end!", "asked 1, 1 of 4 shown: 0"],
      ["o of it", "asked 1, 1 of 7 shown: 0"],
      ["ront", "asked 1, 4 of 4 shown: 0"],
      ["wrong", "asked 1, 5 of 5 shown: -22"],
    ],
    drops: [2, "EACCES"],
    parts: ["", "", "", "07abcde", "08ghijkl", "", "05xyz"],
    counts: [4, 3, 5],
    broken: [undefined, EPROTO],
    forwarded: ["a datagram", true],
    own: undefined,
  },
}

export default framing
