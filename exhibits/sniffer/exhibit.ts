import type { Exhibit, Wire, WorldSocket } from "skep"

const ETH_P_ALL = 3
const [ICMP, UDP] = [1, 17]
const STATION = [2, 0, 0, 0, 0, 9]
/** Of nobody on the wire: the stack drops what is for it. */
const STRANGER = [2, 0, 0, 0, 0, 7]

let wire: Wire
let socket: WorldSocket

/** A frame of IPv4 from 10.1.1.9 to the machine. */
function frame(to: Iterable<number>, protocol: number, payload: readonly number[]): Uint8Array {
  const header = [0x45, 0, 0, 20 + payload.length, 0, 1, 0, 0, 64, protocol, 0, 0]
  const ip = Uint8Array.from([...header, 10, 1, 1, 9, 10, 1, 1, 1])
  ip.set(checksum(ip), 10)
  return Uint8Array.from([...to, ...STATION, 0x08, 0x00, ...ip, ...payload])
}

function checksum(bytes: Uint8Array): readonly [number, number] {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return [(~sum >> 8) & 0xff, ~sum & 0xff]
}

function echoRequest(): number[] {
  const message = Uint8Array.of(8, 0, 0, 0, 0, 7, 0, 1, 1, 2, 3, 4)
  message.set(checksum(message), 2)
  return [...message]
}

const sniffer: Exhibit = {
  title: "a packet sniffer whose filter keeps the headers of ICMP",
  setUp(world) {
    wire = world.makeWire({ name: "skep0", addresses: ["10.1.1.1/24"] })
    socket = world.socket({ family: "packet", type: "raw", protocol: ETH_P_ALL })
    socket.bind({ interface: wire.index, protocol: ETH_P_ALL })
  },
  attach: { capture: () => ({ kind: "socket", fd: socket.fd }) },
  async scenario({ object, eventually }) {
    wire.send(frame(STRANGER, UDP, [0, 7, 0, 7, 0, 8, 0, 0]))
    wire.send(frame(wire.mac, ICMP, echoRequest()))
    await wire.receive()
    const captured: unknown[] = []
    for (let count = 0; count < 2; count++) {
      const received = await eventually(() => socket.receive())
      const bytes = received?.bytes ?? new Uint8Array(34)
      captured.push({
        bytes: bytes.length,
        from: bytes.slice(26, 30).join("."),
        to: bytes.slice(30).join("."),
      })
    }
    const { kept, ignored, outgoing } = object.globals
    return { captured, more: socket.receive() !== undefined, kept, ignored, outgoing }
  },
  expected: {
    captured: [
      { bytes: 34, from: "10.1.1.9", to: "10.1.1.1" },
      { bytes: 34, from: "10.1.1.1", to: "10.1.1.9" },
    ],
    more: false,
    kept: 2,
    ignored: 1,
    outgoing: 1,
  },
}

export default sniffer
