import type { Exhibit, Wire, World } from "skep"

const FORWARD = ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"]
const STATION = [2, 0, 0, 0, 0, 9]
const [UDP, GRE, IP_IN_IP, IPV6_IN_IPV6, ROUTING] = [17, 47, 4, 41, 43]
const GRE_BYTES = 4

const address6 = (net: number, host: number): number[] => [
  ...[net >> 8, net & 0xff, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, host >> 8, host & 0xff],
]
/** Eight bytes of UDP, from port 9 to port 9. */
const DATAGRAM = [0, 9, 0, 9, 0, 8, 0, 0]

/** An IPv4 frame from 10.3.3.9. */
function frame4(to: Uint8Array, destination: readonly number[]): Uint8Array {
  const header = [0x45, 0, 0, 28, 0, 1, 0, 0, 64, UDP, 0, 0, 10, 3, 3, 9, ...destination]
  header.splice(10, 2, ...checksum(header))
  return Uint8Array.from([...to, ...STATION, 0x08, 0x00, ...header, ...DATAGRAM])
}

/** An IPv6 frame from fd03::9. */
function frame6(to: Uint8Array, destination: readonly number[]): Uint8Array {
  const header = [0x60, 0, 0, 0, 0, 8, UDP, 64, ...address6(0xfd03, 9), ...destination]
  return Uint8Array.from([...to, ...STATION, 0x86, 0xdd, ...header, ...DATAGRAM])
}

/** The same over two segments, at the first of which it is. */
function segmentFrame(to: Uint8Array, last: readonly number[], first: readonly number[]): Uint8Array {
  const header = [0x60, 0, 0, 0, 0, 48, ROUTING, 64, ...address6(0xfd03, 9), ...first]
  const routing = [UDP, 4, 4, 1, 1, 0, 0, 0, ...last, ...first]
  return Uint8Array.from([...to, ...STATION, 0x86, 0xdd, ...header, ...routing, ...DATAGRAM])
}

function checksum(bytes: readonly number[]): [number, number] {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return [(~sum >> 8) & 0xff, ~sum & 0xff]
}

const hex = (bytes: Uint8Array): string =>
  [0, 2, 4, 6, 8, 10, 12, 14].map(at => ((bytes[at]! << 8) | bytes[at + 1]!).toString(16)).join(":")
const short = (bytes: Uint8Array): string => hex(bytes).replace(/(:0){2,}:/, "::")

/** The headers of a packet, the outer ones first. */
function headers(bytes: Uint8Array): string[] {
  if (bytes[0]! >> 4 === 4) {
    const isSound = checksum([...bytes.subarray(0, 20)]).every(byte => byte === 0)
    const ends = `${bytes.subarray(12, 16).join(".")} > ${bytes.subarray(16, 20).join(".")}`
    return [`${ends} ttl ${bytes[8]}${isSound ? "" : " unsound"}`, ...behind(bytes[9]!, bytes.subarray(20))]
  }
  const ends = `${short(bytes.subarray(8, 24))} > ${short(bytes.subarray(24, 40))}`
  const isWhole = ((bytes[4]! << 8) | bytes[5]!) === bytes.length - 40
  return [`${ends} hops ${bytes[7]}${isWhole ? "" : " cut"}`, ...behind(bytes[6]!, bytes.subarray(40))]
}

function behind(protocol: number, bytes: Uint8Array): string[] {
  switch (protocol) {
    case GRE:
      return [`gre ${bytes.subarray(2, 4).join(".")}`, ...headers(bytes.subarray(GRE_BYTES))]
    case IP_IN_IP:
    case IPV6_IN_IPV6:
      return headers(bytes)
    case ROUTING: {
      const segments = [8, 24].map(at => short(bytes.subarray(at, at + 16)))
      const size = (bytes[1]! + 1) * 8
      const option = new TextDecoder().decode(bytes.subarray(42, Math.max(42, size - 1)))
      const told = option === "" ? "" : `, ${option} ${bytes[7]}`
      return [
        `segments ${segments.join(" < ")}, ${bytes[3]} left${told}`,
        ...behind(bytes[0]!, bytes.subarray(size)),
      ]
    }
    default:
      return [`protocol ${protocol}`]
  }
}

/** The next packet that leaves and is none of the kernel's own. */
async function packet(wire: Wire): Promise<string[] | undefined> {
  for (;;) {
    const frame = await wire.receive()
    if (!frame) return undefined
    const read = headers(frame.subarray(14))
    if (!read.some(line => line.includes("ff02::"))) return read
  }
}

async function forwarding<T>(world: World, action: () => Promise<T>): Promise<T> {
  const before = FORWARD.map(path => world.readText(path).trim())
  for (const path of FORWARD) world.writeText(path, "1")
  try {
    return await action()
  } finally {
    for (const [index, path] of FORWARD.entries()) world.writeText(path, before[index]!)
  }
}

const encap: Exhibit = {
  title: "routes whose programs put outer headers before packets: IP and GRE, and segment routing",
  async scenario({ world, object }) {
    const near = world.makeWire({ name: "skep0", addresses: ["10.3.3.1/24", "fd03::1/64"] })
    const far = world.makeWire({ name: "skep1", addresses: ["10.4.4.1/24", "fd04::1/64"] })
    world.addRoute({ to: "fd05::/64", interface: "skep1", segments: ["fd04::7", "fd0c::8"] })
    const routes = {
      gre_out: { route: "10.9.9.0/24", hook: "xmit" },
      ip6_out: { route: "10.9.8.0/24", hook: "xmit" },
      ip_in: { route: "10.9.7.0/24", hook: "in" },
      segments_in: { route: "fd08::/64", hook: "in" },
      inline_in: { route: "fd07::/64", hook: "in" },
      segment_end: { route: "fd06::1/128", hook: "seg6local" },
    } as const
    for (const [name, place] of Object.entries(routes))
      await object.programs[name]!.attach({ kind: "lwt", interface: "skep1", ...place })
    const seen = await forwarding(world, async () => {
      const socket = world.socket({ type: "datagram" })
      socket.send(Uint8Array.of(1, 2, 3), { address: "10.9.9.9", port: 9 })
      const gre = await packet(far)
      socket.send(Uint8Array.of(1, 2, 3), { address: "10.9.8.9", port: 9 })
      const ip6 = await packet(far)
      near.send(frame4(near.mac, [10, 9, 7, 9]))
      const ip = await packet(far)
      near.send(frame6(near.mac, address6(0xfd08, 9)))
      const segments = await packet(far)
      near.send(frame6(near.mac, address6(0xfd07, 9)))
      const within = await packet(far)
      near.send(segmentFrame(near.mac, address6(0xfd0b, 9), address6(0xfd06, 1)))
      const end = await packet(far)
      near.send(frame6(near.mac, address6(0xfd05, 9)))
      const byRoute = await packet(far)
      return { gre, ip6, ip, segments, within, end, byRoute }
    })
    const { by_gre, by_ip6, by_ip, by_segments, by_inline, too_short, not_here } = object.globals
    const answers = [by_gre, by_ip6, by_ip, by_segments, by_inline]
    const { room, option, tag, other, next_hop } = object.globals
    return { ...seen, answers, refused: [too_short, not_here], atEnd: [room, option, tag, other, next_hop] }
  },
  expected: {
    gre: ["10.4.4.1 > 10.4.4.7 ttl 33", "gre 8.0", "10.4.4.1 > 10.9.9.9 ttl 64", "protocol 17"],
    ip6: ["fd04::1 > fd04::7 hops 34", "10.4.4.1 > 10.9.8.9 ttl 64", "protocol 17"],
    // The outer header is a hop further; the inner one is not.
    ip: ["10.3.3.8 > 10.4.4.7 ttl 34", "10.3.3.9 > 10.9.7.9 ttl 64", "protocol 17"],
    segments: [
      "fd04::1 > fd04::7 hops 63",
      "segments fd0a::8 < fd04::7, 1 left",
      "fd03::9 > fd08::9 hops 64",
      "protocol 17",
    ],
    within: ["fd03::9 > fd04::7 hops 63", "segments fd07::9 < fd04::7, 1 left", "protocol 17"],
    end: ["fd03::9 > fd0b::9 hops 63", "segments fd0b::9 < fd06::1, 0 left, hello 77", "protocol 17"],
    // A route of its own does the same.
    byRoute: [
      "fd04::1 > fd04::7 hops 63",
      "segments fd0c::8 < fd04::7, 1 left",
      "fd03::9 > fd05::9 hops 64",
      "protocol 17",
    ],
    answers: [0, 0, 0, 0, 0],
    refused: [-22, -22],
    // Segments are not the program's to write.
    atEnd: [0, 0, 0, -14, 0],
  },
}

export default encap
