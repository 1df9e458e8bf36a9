// 200 packets, the same on every machine: valid ones, cut short at each layer, fragments, tagged, random, and as long as test runs take.

export interface TestPacket {
  readonly name: string
  readonly bytes: Uint8Array
}

type Bytes = readonly number[]

/** Whole numbers below a bound, from a seed (xorshift32). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}

const random = randomNumbers(0x5ce9_0f1e)
const half = (value: number): Bytes => [(value >> 8) & 0xff, value & 0xff]
const randomBytes = (count: number): Bytes => Array.from({ length: count }, () => random(256))

/** The Internet checksum of bytes, as a header holds it. */
function checksum(bytes: Bytes): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}

function withSum(bytes: Bytes, at: number, over: Bytes = bytes): Bytes {
  return [...bytes.slice(0, at), ...half(checksum(over)), ...bytes.slice(at + 2)]
}

const [IPV4, IPV6, ARP, TAG, OUTER_TAG] = [0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8]
const [ICMP, IPIP, TCP, UDP, ICMP6] = [1, 4, 6, 17, 58]
/** Where a frame's type is. */
const TYPE_AT = 12
const MACS: Bytes = [0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a]
const [CLIENT, SERVER]: readonly Bytes[] = [
  [10, 0, 0, 1],
  [10, 0, 0, 2],
]
const [CLIENT6, SERVER6]: readonly Bytes[] = [
  [0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  [0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
]

/** A frame with its tags, outermost first. */
function frame(protocol: number, payload: Bytes, tags: Bytes = []): Bytes {
  const headers = tags.flatMap((tag, index) => [
    ...half(index === 0 && tags.length > 1 ? OUTER_TAG : TAG),
    ...half(tag),
  ])
  return [...MACS, ...headers, ...half(protocol), ...payload]
}

interface IpOptions {
  readonly options?: Bytes
  /** The field of fragments: flags and offset in units of 8 bytes. */
  readonly fragment?: number
  readonly ttl?: number
}

function ipv4(protocol: number, payload: Bytes, given: IpOptions = {}): Bytes {
  const { options = [], fragment = 0, ttl = 64 } = given
  const length = 20 + options.length
  const header = [
    0x40 | (length / 4),
    ...[0, ...half(length + payload.length), ...half(random(65_536)), ...half(fragment)],
    ...[ttl, protocol, 0, 0, ...CLIENT!, ...SERVER!, ...options],
  ]
  return [...withSum(header, 10), ...payload]
}

const ipv6 = (next: number, payload: Bytes, hops = 64): Bytes => [
  ...[0x60, 0, 0, 0, ...half(payload.length), next, hops, ...CLIENT6!, ...SERVER6!],
  ...payload,
]

/** What transport checksums cover besides the segment. */
function pseudoHeader(isV6: boolean, protocol: number, length: number): Bytes {
  const addresses = isV6 ? [...CLIENT6!, ...SERVER6!] : [...CLIENT!, ...SERVER!]
  return [...addresses, 0, protocol, ...half(length)]
}

function tcp(isV6: boolean, ports: Bytes, payload: Bytes, flags = 0x18): Bytes {
  const header = [...half(ports[0]!), ...half(ports[1]!), ...randomBytes(8), 0x50, flags, 0x20, 0, 0, 0, 0, 0]
  const segment = [...header, ...payload]
  return withSum(segment, 16, [...pseudoHeader(isV6, TCP, segment.length), ...segment])
}

function udp(isV6: boolean, ports: Bytes, payload: Bytes, hasSum = true): Bytes {
  const segment = [...half(ports[0]!), ...half(ports[1]!), ...half(8 + payload.length), 0, 0, ...payload]
  return hasSum ? withSum(segment, 6, [...pseudoHeader(isV6, UDP, segment.length), ...segment]) : segment
}

const echo = (payload: Bytes): Bytes => withSum([8, 0, 0, 0, 0x12, 0x34, 0, 1, ...payload], 2)

function echo6(payload: Bytes): Bytes {
  const message = [128, 0, 0, 0, 0x12, 0x34, 0, 1, ...payload]
  return withSum(message, 2, [...pseudoHeader(true, ICMP6, message.length), ...message])
}

const arp = (): Bytes => [
  ...[0, 1, 8, 0, 6, 4, 0, 1, ...MACS.slice(6), ...CLIENT!, 0, 0, 0, 0, 0, 0, ...SERVER!],
  ...new Array<number>(18).fill(0),
]

const PORTS: readonly Bytes[] = [
  [40_000, 80],
  [40_001, 443],
  [40_002, 53],
  [53, 40_003],
  [40_004, 8080],
]

const packets: TestPacket[] = []
const add = (name: string, bytes: Bytes): void => {
  packets.push({ name: `${packets.length} ${name}`, bytes: Uint8Array.from(bytes) })
}

/** Whole packets that cutting and tagging start from. */
const WHOLE: Readonly<Record<string, () => Bytes>> = {
  "TCP over IPv4": () => frame(IPV4, ipv4(TCP, tcp(false, PORTS[0]!, randomBytes(32)))),
  "UDP over IPv4": () => frame(IPV4, ipv4(UDP, udp(false, PORTS[2]!, randomBytes(31)))),
  "TCP over IPv6": () => frame(IPV6, ipv6(TCP, tcp(true, PORTS[1]!, randomBytes(24)))),
  "UDP over IPv6": () => frame(IPV6, ipv6(UDP, udp(true, PORTS[2]!, randomBytes(17)))),
  "an echo request": () => frame(IPV4, ipv4(ICMP, echo(randomBytes(56)))),
  "an echo request over IPv6": () => frame(IPV6, ipv6(ICMP6, echo6(randomBytes(56)))),
  ARP: () => frame(ARP, arp()),
}

for (const ports of PORTS) {
  const [from, to] = ports
  for (const isV6 of [false, true]) {
    const version = isV6 ? 6 : 4
    const over = (protocol: number, payload: Bytes): Bytes =>
      isV6 ? frame(IPV6, ipv6(protocol, payload)) : frame(IPV4, ipv4(protocol, payload))
    add(`TCP ${from} to ${to} over IPv${version}`, over(TCP, tcp(isV6, ports, randomBytes(random(200)))))
    add(`UDP ${from} to ${to} over IPv${version}`, over(UDP, udp(isV6, ports, randomBytes(random(200)))))
  }
}
add("a SYN", frame(IPV4, ipv4(TCP, tcp(false, PORTS[0]!, [], 2))))
add("UDP without a checksum", frame(IPV4, ipv4(UDP, udp(false, PORTS[2]!, randomBytes(20), false))))
add("a TTL of 1", frame(IPV4, ipv4(UDP, udp(false, PORTS[2]!, randomBytes(20)), { ttl: 1 })))
add("a hop limit of 1", frame(IPV6, ipv6(UDP, udp(true, PORTS[2]!, randomBytes(20)), 1)))
for (const [name, make] of Object.entries(WHOLE)) add(name, make())
for (const words of [1, 3, 10]) {
  const options = randomBytes(words * 4)
  add(
    `IPv4 with ${words * 4} bytes of options`,
    frame(IPV4, ipv4(TCP, tcp(false, PORTS[0]!, randomBytes(9)), { options })),
  )
}
for (const words of [0, 4, 6]) {
  const bytes = [...WHOLE["UDP over IPv4"]!()]
  bytes[14] = 0x40 | words
  add(`IPv4 with a header length of ${words} words`, bytes)
}
for (const count of [20, 60]) {
  const inner = ipv4(UDP, udp(false, PORTS[2]!, randomBytes(count)))
  add(`IPv4 in IPv4, ${count} bytes`, frame(IPV4, ipv4(IPIP, inner)))
  add(`IPv4 in IPv6, ${count} bytes`, frame(IPV6, ipv6(IPIP, inner)))
}
for (const next of [0, 43, 44, 60])
  add(`IPv6 with extension header ${next}`, frame(IPV6, ipv6(next, [UDP, 0, ...randomBytes(38)])))

// Fragments: first, middle, last; the offset counts 8 bytes.
for (const fragment of [0x2000, 0x2004, 0x0008, 0x4000, 0x1fff])
  for (const protocol of [TCP, UDP])
    add(
      `a fragment ${fragment.toString(16)} of protocol ${protocol}`,
      frame(
        IPV4,
        ipv4(
          protocol,
          protocol === TCP ? tcp(false, PORTS[0]!, randomBytes(12)) : udp(false, PORTS[2]!, randomBytes(24)),
          { fragment },
        ),
      ),
    )

for (const [name, make] of Object.entries(WHOLE)) {
  const whole = make()
  const inner = whole.slice(TYPE_AT + 2)
  const protocol = (whole[TYPE_AT]! << 8) | whole[TYPE_AT + 1]!
  add(`${name} with a tag`, frame(protocol, inner, [0x0064 | (random(8) << 13)]))
  add(`${name} with two tags`, frame(protocol, inner, [0x0064, 0x00c8]))
}
add("a tag of priority only", frame(IPV4, ipv4(UDP, udp(false, PORTS[2]!, randomBytes(8))), [0x6000]))
add("three tags", frame(IPV4, ipv4(UDP, udp(false, PORTS[2]!, randomBytes(8))), [1, 2, 3]))

// Cut short at and around each header's end, below a frame's header too.
const CUTS = [0, 1, 6, 12, 13, 14, 15, 18, 33, 34, 35, 37, 38, 41, 42, 47, 53, 54, 57, 58, 61, 62]
for (const cut of CUTS) {
  const names = Object.keys(WHOLE)
  const name = names[random(names.length)]!
  add(`${name} cut to ${cut} bytes`, WHOLE[name]!().slice(0, cut))
}
for (const cut of [14, 16, 17, 18, 22, 23, 38])
  add(
    `tagged UDP cut to ${cut} bytes`,
    frame(IPV4, ipv4(UDP, udp(false, PORTS[2]!, randomBytes(8))), [5, 6]).slice(0, cut),
  )

// As long as a page, what test runs take at most in one piece, and beyond.
for (const length of [1000, 1514, 1518, 2048, 3000, 3456, 3520, 3521, 3648, 3712, 3713, 5000, 9014])
  for (const isV6 of [false, true]) {
    const count = length - 14 - (isV6 ? 40 : 20) - 8
    const payload = randomBytes(count)
    const bytes = isV6
      ? frame(IPV6, ipv6(UDP, udp(true, PORTS[2]!, payload)))
      : frame(IPV4, ipv4(UDP, udp(false, PORTS[2]!, payload)))
    add(`UDP over IPv${isV6 ? 6 : 4} in ${length} bytes`, bytes)
  }

for (const length of [14, 20, 46, 64, 128, 300]) add(`${length} random bytes`, randomBytes(length))
// Random behind a header that is looked into: what the loop below draws fills up to 200.
while (packets.length < 200) {
  const protocol = [IPV4, IPV6, TAG, random(0x600)][random(4)]!
  const bytes = [...frame(protocol, randomBytes(random(120)))]
  if (protocol === IPV4 && bytes.length > 14 && random(2) === 0) bytes[14] = 0x45
  if (protocol === IPV4 && bytes.length > 23) bytes[23] = [TCP, UDP, ICMP, IPIP][random(4)]!
  add(`random behind the type ${protocol.toString(16)}`, bytes)
}

export const PACKETS: readonly TestPacket[] = packets
