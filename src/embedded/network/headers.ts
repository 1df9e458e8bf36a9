import { checksumOf } from "./checksum.ts"

export const ETHERNET_HEADER = 14
export const [ETH_P_IP, ETH_P_IPV6, ETH_P_ALL] = [0x0800, 0x86dd, 0x0003]
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, ipv6Route: 43, icmp6: 58, raw: 255 } as const
export const DEFAULT_TTL = 64

const IPV4_HEADER = 20
const IPV6_HEADER = 40
/** In the word with the offset of a fragment of IPv4: routers must not cut the packet. */
export const DONT_FRAGMENT = 0x4000

/** What an IP header says, of either version. Addresses have 4 or 16 bytes. */
export interface IpHeader {
  readonly source: Uint8Array
  readonly destination: Uint8Array
  /** Of what comes behind. */
  readonly protocol: number
  readonly ttl: number
  /** Traffic class, or type of service. */
  readonly tos: number
  /** Bytes of the header itself. */
  readonly size: number
  /** Bytes with what comes behind. */
  readonly length: number
}

/** The header at the start of bytes; undefined for one that `ip_rcv` or `ipv6_rcv` drops. */
export function parseIp(bytes: Uint8Array): IpHeader | undefined {
  return (bytes[0] ?? 0) >> 4 === 4 ? parseIpv4(bytes) : parseIpv6(bytes)
}

function parseIpv4(bytes: Uint8Array): IpHeader | undefined {
  const size = ((bytes[0] ?? 0) & 0xf) * 4
  if (size < IPV4_HEADER || bytes.length < size) return undefined
  const length = word(bytes, 2)
  if (length < size || length > bytes.length || checksumOf(bytes.subarray(0, size)) !== 0) return undefined
  const [source, destination] = [bytes.slice(12, 16), bytes.slice(16, 20)]
  return { source, destination, protocol: bytes[9]!, ttl: bytes[8]!, tos: bytes[1]!, size, length }
}

function parseIpv6(bytes: Uint8Array): IpHeader | undefined {
  if ((bytes[0] ?? 0) >> 4 !== 6 || bytes.length < IPV6_HEADER) return undefined
  const length = IPV6_HEADER + word(bytes, 4)
  if (length > bytes.length) return undefined
  const tos = (word(bytes, 0) >> 4) & 0xff
  const [source, destination] = [bytes.slice(8, 24), bytes.slice(24, 40)]
  return { source, destination, protocol: bytes[6]!, ttl: bytes[7]!, tos, size: IPV6_HEADER, length }
}

/** The destination of the IP packet that starts at an address, as it stands there: nothing else of the header is looked at. */
export function destinationAt(bytes: Uint8Array, at: number): Uint8Array {
  return (bytes[at] ?? 0) >> 4 === 4 ? bytes.slice(at + 16, at + 20) : bytes.slice(at + 24, at + 40)
}

/** An IP header in front of its payload. `id` is IPv4's identification. */
export function buildIp(
  header: Pick<IpHeader, "source" | "destination" | "protocol" | "ttl" | "tos"> & {
    readonly mayFragment?: boolean
  },
  payload: Uint8Array,
  id = 0,
): Uint8Array {
  const { source, destination, protocol, ttl, tos } = header
  const isV4 = source.length === 4
  const size = isV4 ? IPV4_HEADER : IPV6_HEADER
  const bytes = new Uint8Array(size + payload.length)
  const view = new DataView(bytes.buffer)
  bytes.set(payload, size)
  if (isV4) {
    bytes.set([0x45, tos])
    view.setUint16(2, bytes.length)
    view.setUint16(4, id & 0xffff)
    view.setUint16(6, header.mayFragment ? 0 : DONT_FRAGMENT)
    bytes.set([ttl, protocol], 8)
    bytes.set(source, 12)
    bytes.set(destination, 16)
    view.setUint16(10, checksumOf(bytes.subarray(0, size)))
  } else {
    view.setUint32(0, (6 << 28) | (tos << 20))
    view.setUint16(4, payload.length)
    bytes.set([protocol, ttl], 6)
    bytes.set(source, 8)
    bytes.set(destination, 24)
  }
  return bytes
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
