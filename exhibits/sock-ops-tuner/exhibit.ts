import type { Exhibit, WorldSocket } from "skep"

const GROUP = "/sys/fs/cgroup/skep-tcp"
const [SOL_SOCKET, SO_RCVBUF, SO_KEEPALIVE] = [1, 8, 9]
const OPERATIONS = [
  ...["", "timeout", "window", "connect", "active established", "passive established", "ecn", "base rtt"],
  ...["rto", "retransmit", "state", "listen", "rtt"],
]
const STATES = [
  ...["", "established", "syn sent", "syn received", "fin wait 1", "fin wait 2", "time wait", "close"],
  ...["close wait", "last ack", "listen", "closing"],
]

interface Event {
  readonly operation: number
  readonly first: number
  readonly second: number
  readonly local: number
  readonly remote: number
  readonly full: number
}

/** What happens to a connection, told by its two ends, from connect(2) to close(2). */
const tuner: Exhibit = {
  title: "TCP connections of a group tuned as they are made",
  setUp: world => void world.makeGroup("skep-tcp"),
  attach: { tuner: { kind: "cgroup", path: GROUP } },
  async scenario({ world, object, eventually }) {
    const open = () => world.inGroup(GROUP, () => world.socket())
    const server = await open()
    server.bind({ address: "127.0.0.1", port: 0 })
    server.listen()
    const { port } = server.name() as { port: number }
    const client = await open()
    client.connect({ address: "127.0.0.1", port })
    const child = (await eventually(() => server.accept())) as WorldSocket
    client.send(Uint8Array.of(1, 2, 3))
    const received = (await eventually(() => child.receive()))?.bytes.length
    const tuned = [client.option(SOL_SOCKET, SO_RCVBUF), client.option(SOL_SOCKET, SO_KEEPALIVE)]
    client.close()
    const end = (await eventually(() => child.receive()))?.bytes.length
    child.close()
    server.close()
    await world.sleep(50)
    const events = object.events().map(({ value }) => value as Event)
    const told = ({ operation, first, second, full }: Event): string => {
      const name = `${OPERATIONS[operation]}${full ? "" : " (asked for)"}`
      return operation === 10 ? `${STATES[first]} -> ${STATES[second]}` : name
    }
    const of = (isOurs: (event: Event) => boolean) => events.filter(isOurs).map(told)
    return {
      received,
      end,
      tuned,
      congestion: object.globals.congestion,
      keepIdle: object.globals.keep_idle,
      refusal: object.globals.refusal,
      client: of(event => event.remote === port),
      server: of(event => event.local === port),
    }
  },
  expected: {
    received: 3,
    end: 0,
    tuned: [100_000, 1],
    congestion: "reno",
    keepIdle: 60,
    refusal: -22,
    client: [
      "connect",
      "window",
      "timeout",
      "ecn",
      "syn sent -> established",
      "active established",
      "established -> fin wait 1",
      "fin wait 1 -> fin wait 2",
      "fin wait 2 -> close",
    ],
    server: [
      "listen",
      "window (asked for)",
      "timeout (asked for)",
      "ecn (asked for)",
      "passive established",
      "syn received -> established",
      "established -> close wait",
      "close wait -> last ack",
      "last ack -> close",
      "listen -> close",
    ],
  },
}

export default tuner
