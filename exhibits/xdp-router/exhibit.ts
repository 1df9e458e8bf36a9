import type { Exhibit, Wire, World } from "skep"

const FORWARD = ["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"]
const STATION = [2, 0, 0, 0, 0, 9]
const UDP = 17
/** Eight bytes of UDP, from port 9 to port 9. */
const DATAGRAM = [0, 9, 0, 9, 0, 8, 0, 0]
const [INET, INET6] = [2, 10]
/** BPF_FIB_LOOKUP_… */
const [DIRECT, OUTPUT, SKIP_NEIGH, TBID, SRC, MARK, UNKNOWN] = [1, 2, 4, 8, 16, 32, 64]
const NOWHERE = 9999

const address6 = (net: number, host: number): number[] => [
  ...[net >> 8, net & 0xff, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, host >> 8, host & 0xff],
]

/** An IPv4 frame from 10.3.3.9. */
function frame4(to: Uint8Array, destination: readonly number[], ttl = 64, more = 0): Uint8Array {
  const length = 28 + more
  const fragment = more > 0 ? 0x40 : 0
  const header = [
    0x45,
    0,
    length >> 8,
    length & 0xff,
    0,
    1,
    fragment,
    0,
    ttl,
    UDP,
    0,
    0,
    10,
    3,
    3,
    9,
    ...destination,
  ]
  header.splice(10, 2, ...checksum(header))
  const datagram = [
    ...DATAGRAM.slice(0, 4),
    (8 + more) >> 8,
    (8 + more) & 0xff,
    0,
    0,
    ...new Array(more).fill(7),
  ]
  return Uint8Array.from([...to, ...STATION, 0x08, 0x00, ...header, ...datagram])
}

/** An IPv6 frame from fd03::9. */
function frame6(to: Uint8Array, destination: readonly number[], hops = 64): Uint8Array {
  const header = [0x60, 0, 0, 0, 0, 8, UDP, hops, ...address6(0xfd03, 9), ...destination]
  return Uint8Array.from([...to, ...STATION, 0x86, 0xdd, ...header, ...DATAGRAM])
}

function checksum(bytes: readonly number[]): [number, number] {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | bytes[at + 1]!
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return [(~sum >> 8) & 0xff, ~sum & 0xff]
}

/** What matters of the next datagram that leaves: whether its link-layer addresses are the device's, where it goes, its hops. */
async function datagram(wire: Wire): Promise<string | undefined> {
  for (;;) {
    const frame = await wire.receive()
    if (!frame) return undefined
    const ip = frame.subarray(14)
    const isV4 = ip[0]! >> 4 === 4
    if (ip[isV4 ? 9 : 6] !== UDP) continue
    const isFrom = [0, 1, 2, 3, 4, 5].every(at => frame[6 + at] === wire.mac[at])
    const isSound = !isV4 || checksum([...ip.subarray(0, 20)]).every(byte => byte === 0)
    const host = isV4 ? ip.subarray(16, 20).join(".") : `${ip[24]!.toString(16)}${ip[25]}::${ip[39]}`
    return `${host} hops ${ip[isV4 ? 8 : 7]}${isFrom ? "" : " from elsewhere"}${isSound ? "" : " unsound"}`
  }
}

const ICMP = [1, 58]

/** The next error that the router sends back: its version, type and code, what it says besides, and who says so. */
async function told(wire: Wire): Promise<string | undefined> {
  for (;;) {
    const frame = await wire.receive()
    if (!frame) return undefined
    const ip = frame.subarray(14)
    const isV4 = ip[0]! >> 4 === 4
    if (!ICMP.includes(ip[isV4 ? 9 : 6]!)) continue
    const [type, code, , , , , high, low] = ip.subarray(isV4 ? 20 : 40)
    // What routers of IPv6 say on their own goes to all of the link.
    if (!isV4 && type! >= 128) continue
    const host = isV4 ? ip.subarray(12, 16).join(".") : `${ip[8]!.toString(16)}${ip[9]}::${ip[23]}`
    return `v${isV4 ? 4 : 6} ${type}.${code} ${(high! << 8) | low!} from ${host}`
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

interface Answer {
  readonly code: number
  readonly ifindex: number
  readonly metric: number
  readonly mtu: number
  readonly source: readonly number[]
  readonly destination: readonly number[]
}

const router: Exhibit = {
  title: "a router in XDP: it looks up routes and neighbours, and leaves to the stack what it cannot do",
  async scenario({ world, object }) {
    const near = world.makeWire({ name: "skep0", addresses: ["10.3.3.1/24", "fd03::1/64"] })
    const far = world.makeWire({ name: "skep1", addresses: ["10.4.4.1/24", "fd04::1/64"], mtu: 1300 })
    world.addRoute({ to: "10.9.9.0/24", interface: "skep1", via: "10.4.4.7" })
    world.addRoute({ to: "fd09::/64", interface: "skep1", via: "fd04::7" })
    world.addRoute({ to: "fd0a::/64", interface: "skep1", segments: ["fd04::7", "fd0b::1"] })
    const { globals } = object
    const before = FORWARD.map(path => world.readText(path).trim())
    for (const path of FORWARD) world.writeText(path, "0")
    await object.programs.route!.attach({ kind: "xdp", interface: "skep0", mode: "generic" })
    near.send(frame4(near.mac, [10, 4, 4, 7]))
    const unrouted = await datagram(far)
    for (const [index, path] of FORWARD.entries()) world.writeText(path, before[index]!)
    const seen = await forwarding(world, async () => {
      const passed = async (frame: Uint8Array): Promise<unknown[]> => {
        near.send(frame)
        const out = await datagram(far)
        return [out, globals.out === far.index, globals.metric, globals.mtu]
      }
      // The stack asks for the neighbour; from then on the program finds it.
      const first = await passed(frame4(near.mac, [10, 4, 4, 7]))
      const next = await passed(frame4(near.mac, [10, 4, 4, 7]))
      const behind = await passed(frame4(near.mac, [10, 9, 9, 9]))
      const first6 = await passed(frame6(near.mac, address6(0xfd04, 7)))
      const next6 = await passed(frame6(near.mac, address6(0xfd04, 7)))
      const behind6 = await passed(frame6(near.mac, address6(0xfd09, 9)))
      const refused = async (frame: Uint8Array): Promise<string | undefined> => {
        near.send(frame)
        return told(near)
      }
      const errors = [
        await refused(frame4(near.mac, [10, 3, 3, 1])),
        await refused(frame4(near.mac, [172, 16, 1, 1])),
        await refused(frame4(near.mac, [10, 4, 4, 7], 1)),
        await refused(frame4(near.mac, [10, 4, 4, 7], 64, 1300)),
        await refused(frame6(near.mac, address6(0xfd0c, 9))),
        await refused(frame6(near.mac, address6(0xfd04, 7), 1)),
      ]
      near.send(frame6(near.mac, address6(0xfd0a, 9)))
      globals.questions = [
        { family: INET, ifindex: near.index, to: [10, 4, 4, 7] },
        { family: INET, ifindex: near.index, to: [10, 9, 9, 9], length: 1301 },
        { family: INET, ifindex: far.index, to: [10, 9, 9, 9], flags: OUTPUT },
        { family: INET, ifindex: near.index, to: [10, 9, 9, 9], flags: OUTPUT },
        { family: INET, ifindex: near.index, to: [10, 3, 3, 1], flags: DIRECT },
        { family: INET, ifindex: near.index, to: [10, 3, 3, 1], flags: DIRECT | TBID, table: 255 },
        { family: INET, ifindex: near.index, to: [10, 4, 4, 7], flags: DIRECT | TBID, table: 77 },
        { family: INET, ifindex: near.index, to: [10, 4, 4, 200] },
        { family: INET, ifindex: near.index, to: [10, 4, 4, 200], flags: SKIP_NEIGH | SRC },
        { family: INET, ifindex: near.index, to: [10, 4, 4, 7], flags: MARK },
        { family: INET, ifindex: near.index, to: [10, 4, 4, 7], flags: UNKNOWN },
        { family: INET6, ifindex: NOWHERE, to: address6(0xfd04, 7) },
        { family: 7, ifindex: near.index, to: [] },
      ].map(({ to, flags = 0, table = 0, length = 0, ...rest }) => {
        return { ...rest, flags, table, length, destination: [...to, ...new Array(16 - to.length).fill(0)] }
      })
      globals.sizes = [
        { ifindex: 0 },
        { ifindex: far.index, length: 1300 },
        { ifindex: far.index, length: 1301 },
        { ifindex: far.index, length: 1300, longer: 1 },
        { ifindex: NOWHERE },
        { ifindex: far.index, length: 100, flags: 1 },
      ].map(size => ({ length: 0, longer: 0, flags: 0, ...size }))
      await object.programs.ask!.attach({ kind: "tc", interface: "skep0", direction: "ingress" })
      // A protocol of nobody's, for experiments (IEEE 802).
      near.send(Uint8Array.from([...near.mac, ...STATION, 0x88, 0xb5, ...new Array(46).fill(0)]))
      await datagram(far)
      return { unrouted, errors, first, next, behind, first6, next6, behind6 }
    })
    const found = (globals.found as Answer[]).map(({ code, ifindex, metric, mtu, source, destination }) => {
      const device = ifindex === near.index ? "near" : ifindex === far.index ? "far" : ifindex
      return `${code} ${device} metric ${metric} mtu ${mtu} from ${source.join(".")} to ${destination.join(".")}`
    })
    const { answers, errors: refused, fits, mtus } = globals
    const [mark] = found.splice(9, 1)
    return { ...seen, answers: (answers as bigint[]).map(Number), refused, found, mark, fits, mtus }
  },
  expected: {
    unrouted: undefined,
    first: ["10.4.4.7 hops 63", false, 0, 28],
    next: ["10.4.4.7 hops 63", true, 0, 1300],
    behind: ["10.9.9.9 hops 63", true, 0, 1300],
    first6: ["fd4::7 hops 63", true, 0, 48],
    next6: ["fd4::7 hops 63", true, 256, 1300],
    behind6: ["fd9::9 hops 63", true, 1024, 1300],
    // No port, no route, no hops left, too long for the next link; of IPv6 no route and no hops left.
    errors: [
      "v4 3.3 0 from 10.3.3.1",
      "v4 3.0 0 from 10.3.3.1",
      "v4 11.0 0 from 10.3.3.1",
      "v4 3.4 1300 from 10.3.3.1",
      "v6 1.0 0 from fd3::1",
      "v6 3.0 0 from fd3::1",
    ],
    answers: [4, 0, 0, 0, 3, 1, 1, 2, 1, 0],
    refused: 0n,
    found: [
      "0 far metric 0 mtu 1300 from 0.0.0.0 to 10.4.4.7",
      "8 near metric 0 mtu 1300 from 0.0.0.0 to 10.9.9.9",
      "0 far metric 0 mtu 1300 from 0.0.0.0 to 10.4.4.7",
      "4 near metric 0 mtu 0 from 0.0.0.0 to 10.9.9.9",
      // The main table of IPv4 holds local routes as well, while there are no rules.
      "4 near metric 0 mtu 0 from 0.0.0.0 to 10.3.3.1",
      "4 near metric 0 mtu 0 from 0.0.0.0 to 10.3.3.1",
      "4 near metric 0 mtu 0 from 0.0.0.0 to 10.4.4.7",
      "7 far metric 0 mtu 0 from 0.0.0.0 to 10.4.4.200",
      "0 far metric 0 mtu 1300 from 10.4.4.1 to 10.4.4.200",
      "-22 near metric 0 mtu 0 from 0.0.0.0 to 10.4.4.7",
      "-19 9999 metric 0 mtu 0 from 0.0.0.0 to 253.4.0.0",
      "-97 near metric 0 mtu 0 from 0.0.0.0 to 0.0.0.0",
    ],
    mark: "0 far metric 0 mtu 1300 from 0.0.0.0 to 10.4.4.7",
    fits: [0, 0, 1, 1, -19, -22],
    mtus: [1500, 1300, 1300, 1300, 0, 100],
  },
  expectedBefore: {
    "6.10": { mark: "-22 near metric 0 mtu 0 from 0.0.0.0 to 10.4.4.7" },
    "6.12": { mtus: [1500, 1300, 1300, 1300, 0, 0] },
  },
}

export default router
