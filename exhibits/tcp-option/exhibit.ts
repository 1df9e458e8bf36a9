import type { Exhibit, World, WorldSocket } from "skep"

const GROUP = "/sys/fs/cgroup/skep-option"
const [IPPROTO_TCP, TCP_SAVED_SYN] = [6, 28]

function serve(world: World): { readonly server: WorldSocket; readonly port: number } {
  const server = world.socket()
  server.bind({ address: "127.0.0.1", port: 0 })
  server.listen()
  return { server, port: (server.name() as { port: number }).port }
}

/** Both ends are of the group: the client's word is answered with the next one, and every later segment has a third. */
const exchange: Exhibit = {
  title: "a TCP option of one's own, exchanged in the handshake",
  setUp: world => void world.makeGroup("skep-option"),
  attach: { exchange: { kind: "cgroup", path: GROUP } },
  async scenario({ world, object, eventually, outcome }) {
    const connect = (port: number) =>
      world.inGroup(GROUP, () => {
        const client = world.socket()
        client.connect({ address: "127.0.0.1", port })
        return client
      })
    const { server, port } = await world.inGroup(GROUP, () => serve(world))
    const client = await connect(port)
    const child = (await eventually(() => server.accept())) as WorldSocket
    const savedOfProcess = outcome(() => child.option(IPPROTO_TCP, TCP_SAVED_SYN))
    client.send(Uint8Array.of(1, 2, 3))
    const received = (await eventually(() => child.receive()))?.bytes.length
    const { globals } = object
    const words = [globals.in_syn, globals.in_answer, globals.in_ack, globals.in_data]
    const read = {
      answer: globals.answer_length,
      saved: globals.saved,
      mss: globals.mss,
      tooSmall: globals.too_small,
      otherMagic: globals.other_magic,
      badQuestion: globals.bad_question,
      synByte: globals.syn_byte,
      noMac: globals.no_mac,
      keptByte: globals.kept_byte,
    }
    const { too_early, when_reserving, when_writing } = globals
    // A server elsewhere does not know the option, and goes on without.
    const stranger = serve(world)
    const other = await connect(stranger.port)
    other.send(Uint8Array.of(1, 2))
    const strange = (await eventually(() => stranger.server.accept())) as WorldSocket
    const toStranger = (await eventually(() => strange.receive()))?.bytes.length
    const answerOfStranger = globals.answer_length
    for (const socket of [client, child, server, other, strange, stranger.server]) socket.close()
    return {
      ...{ received, words, read, savedOfProcess, too_early, when_reserving, when_writing },
      ...{ toStranger, answerOfStranger },
    }
  },
  expected: {
    received: 3,
    words: [100, 101, 102, 102],
    read: {
      answer: 8,
      saved: 8,
      mss: 65495,
      tooSmall: -28,
      otherMagic: -42,
      badQuestion: -22,
      synByte: -28,
      noMac: -2,
      keptByte: 0x45,
    },
    savedOfProcess: "EINVAL",
    too_early: { load: -1, load_syn: -2, store: -1, reserve: -1 },
    when_reserving: { load: -1, too_much: -28, too_little: -22, with_flags: -22, reserved: 0 },
    when_writing: { stored: 0, again: -17, of_kernel: -17 },
    toStranger: 2,
    answerOfStranger: -42,
  },
}

export default exchange
