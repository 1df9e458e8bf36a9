import type { Exhibit } from "skep"

const STATION = Uint8Array.of(2, 0, 0, 0, 0, 9)
/** Of nobody on the wire: the stack drops what is for it without a word. */
const STRANGER = Uint8Array.of(2, 0, 0, 0, 0, 7)
const [REQUEST, REPLY] = [8, 0]

/** An echo request as a frame: from 10.1.1.9 to some address. */
function request(to: Uint8Array, address: readonly number[]): Uint8Array {
  const frame = new Uint8Array(14 + 20 + 8 + 4)
  frame.set(to)
  frame.set([...STATION, 0x08, 0x00], 6)
  const ip = frame.subarray(14)
  ip.set([0x45, 0, 0, ip.length, 0, 1, 0, 0, 64, 1, 0, 0, 10, 1, 1, 9, ...address])
  ip.set(checksum(ip.subarray(0, 20)), 10)
  const icmp = ip.subarray(20)
  icmp.set([REQUEST, 0, 0, 0, 0x12, 0x34, 0, 1, 1, 2, 3, 4])
  icmp.set(checksum(icmp), 2)
  return frame
}

function checksum(bytes: Uint8Array): readonly [number, number] {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return [(~sum >> 8) & 0xff, ~sum & 0xff]
}

/** What matters of an answer; undefined for none. */
function read(frame: Uint8Array | undefined): unknown {
  if (!frame) return undefined
  const ip = frame.subarray(14)
  return {
    to: [...frame.subarray(0, 6)],
    from: ip.subarray(12, 16).join("."),
    type: ip[20],
    isSound: checksum(ip.subarray(20, 32)).every(byte => byte === 0),
    data: [...ip.subarray(28, 32)],
  }
}

const echo: Exhibit = {
  title: "an echo responder for a whole network that sends frames back before the stack sees them",
  async scenario({ world, object }) {
    const wire = world.makeWire({ name: "skep0", addresses: ["10.1.1.1/24"] })
    wire.send(request(STRANGER, [10, 9, 1, 2]))
    const unanswered = read(await wire.receive())
    // A veth driver sends back only while the other end runs a program: the stack always does.
    await object.programs.echo!.attach({ kind: "xdp", interface: "skep0", mode: "generic" })
    wire.send(request(wire.mac, [10, 9, 1, 2]))
    const near = read(await wire.receive())
    wire.send(request(wire.mac, [10, 9, 255, 77]))
    const far = read(await wire.receive())
    wire.send(request(STRANGER, [10, 8, 1, 2]))
    const other = read(await wire.receive())
    return { unanswered, near, far, other, answered: object.globals.answered }
  },
  expected: {
    unanswered: undefined,
    near: { to: [...STATION], from: "10.9.1.2", type: REPLY, isSound: true, data: [1, 2, 3, 4] },
    far: { to: [...STATION], from: "10.9.255.77", type: REPLY, isSound: true, data: [1, 2, 3, 4] },
    other: undefined,
    answered: 2n,
  },
}

export default echo
