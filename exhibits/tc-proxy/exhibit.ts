import type { Exhibit, WorldSocket } from "skep"

const SERVICE = { address: "10.1.1.1", port: 80 }
const [IPPROTO_IP, IP_TOS] = [0, 1]
/** Whoever sends knows of congestion notification (ECT(0)). */
const CAPABLE = 2

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes)
const bytes = (written: string): Uint8Array => new TextEncoder().encode(written)

const proxy: Exhibit = {
  title: "a transparent proxy: a classifier gives packets of another service to its sockets",
  setUp(world) {
    world.makePair(
      { name: "skep0", addresses: ["10.1.1.1/24"] },
      { name: "skep1", namespace: "skep", addresses: ["10.1.1.2/24"] },
    )
  },
  attach: {
    give: { kind: "tc", interface: "skep0", direction: "ingress" },
    refuse: { kind: "tc", interface: "skep0", direction: "egress" },
  },
  async scenario({ world, object, outcome, eventually }) {
    const listener = world.socket()
    listener.bind({ address: "0.0.0.0", port: 4321 })
    listener.listen()
    const datagrams = world.socket({ type: "datagram" })
    datagrams.bind({ address: "0.0.0.0", port: 4321 })
    const inside = <T>(action: () => T): Promise<T> => world.inNamespace("skep", action)

    const client = await inside(() => world.socket())
    const connected = await inside(() => outcome(() => client.connect(SERVICE)))
    const taken = await eventually(() => listener.accept())
    client.send(bytes("hello"))
    const heard = await eventually(() => taken?.receive())
    client.send(bytes("again"))
    const next = await eventually(() => taken?.receive())
    taken?.send(bytes("answer"))
    const answer = await eventually(() => client.receive())
    const from = client.peerName()

    const sender = await inside(() => world.socket({ type: "datagram" }))
    sender.send(bytes("one"), SERVICE)
    const one = await eventually(() => datagrams.receive())
    sender.setOption(IPPROTO_IP, IP_TOS, CAPABLE)
    sender.send(bytes("two"), SERVICE)
    const two = await eventually(() => datagrams.receive())

    const seen = ({ globals }: typeof object) => {
      const { to_listener, to_request, datagrams: given, refused, with_flags } = globals
      const { is_expected, bytes_received, window, is_full, marked, on_the_way_out } = globals
      const { made_cookie, checked_cookie, to_connection } = globals
      return {
        ...{ to_listener, to_request, given, refused, with_flags },
        ...{ is_expected, bytes_received, window, is_full, marked, on_the_way_out },
        ...{ made_cookie, checked_cookie, hasConnection: (to_connection as bigint) > 1n },
      }
    }
    const named = (socket: WorldSocket | undefined) => socket?.name()
    return {
      ...{ connected, heard: text(heard?.bytes), next: text(next?.bytes), answer: text(answer?.bytes), from },
      ...{ takenAt: named(taken), one: text(one?.bytes), two: text(two?.bytes) },
      ...seen(object),
    }
  },
  expected: {
    connected: "ok",
    heard: "hello",
    next: "again",
    answer: "answer",
    from: SERVICE,
    // The proxy's connection has the service's address.
    takenAt: SERVICE,
    one: "one",
    two: "two",
    to_listener: 1n,
    to_request: 1n,
    given: 2n,
    refused: 0,
    with_flags: -22,
    is_expected: 1,
    bytes_received: 5,
    window: 10,
    is_full: 0,
    marked: 1,
    on_the_way_out: -95,
    // A cookie is made of the whole header, with its options; and none was sent, so none comes back.
    made_cookie: -22,
    checked_cookie: -2,
    hasConnection: true,
  },
}

export default proxy
