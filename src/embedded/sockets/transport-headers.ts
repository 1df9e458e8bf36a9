import { checksumOf, pseudoHeaderSum } from "../network/checksum.ts"
import { IPPROTO } from "./constants.ts"
import type { Endpoint } from "./socket.ts"

/** Who sends, and who is to get it. Addresses are of one version. */
export interface Ends {
  readonly source: Endpoint
  readonly destination: Endpoint
}

const UDP_HEADER = 8
const TCP_HEADER = 20
const MSS_OPTION = 4

/** A UDP header with its data. */
export function buildUdp(ends: Ends, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(UDP_HEADER + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, ends.source.port)
  view.setUint16(2, ends.destination.port)
  view.setUint16(4, bytes.length)
  bytes.set(data, UDP_HEADER)
  // Zero means that there is none.
  view.setUint16(6, sum(ends, IPPROTO.udp, bytes) || 0xffff)
  return bytes
}

export const TCP_FLAG = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const

export interface Segment {
  readonly sequence: number
  readonly acknowledged: number
  readonly flags: number
  readonly window: number
  readonly data: Uint8Array
  /** Of segments with SYN: the largest segment that the sender takes. */
  readonly mss: number | undefined
  /** Further options, in whole words; of those that came, all. */
  readonly options?: Uint8Array | undefined
}

export function hasFlag({ flags }: Pick<Segment, "flags">, flag: number): boolean {
  return (flags & flag) !== 0
}

/** A TCP header with its data. */
export function buildTcp(
  ends: Ends,
  { sequence, acknowledged, flags, window, data, mss, options }: Segment,
): Uint8Array {
  const first = TCP_HEADER + (mss === undefined ? 0 : MSS_OPTION)
  const header = first + (options?.length ?? 0)
  const bytes = new Uint8Array(header + data.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, ends.source.port)
  view.setUint16(2, ends.destination.port)
  view.setUint32(4, sequence)
  view.setUint32(8, acknowledged)
  view.setUint8(12, (header / 4) << 4)
  view.setUint8(13, flags)
  view.setUint16(14, window)
  if (mss !== undefined) {
    bytes.set([2, MSS_OPTION], TCP_HEADER)
    view.setUint16(TCP_HEADER + 2, mss)
  }
  if (options) bytes.set(options, first)
  bytes.set(data, header)
  view.setUint16(16, sum(ends, IPPROTO.tcp, bytes))
  return bytes
}

/** The segment in what comes behind an IP header; undefined for one that is too short or damaged. */
export function parseTcp(
  source: Uint8Array,
  destination: Uint8Array,
  bytes: Uint8Array,
): (Segment & { readonly ends: Ends; readonly header: number }) | undefined {
  if (bytes.length < TCP_HEADER) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const header = (view.getUint8(12) >> 4) * 4
  if (header < TCP_HEADER || header > bytes.length) return undefined
  const ends = {
    source: { address: source, port: view.getUint16(0) },
    destination: { address: destination, port: view.getUint16(2) },
  }
  return {
    ends,
    header,
    sequence: view.getUint32(4),
    acknowledged: view.getUint32(8),
    flags: view.getUint8(13),
    window: view.getUint16(14),
    mss: mssOf(bytes.subarray(TCP_HEADER, header)),
    options: bytes.slice(TCP_HEADER, header),
    data: bytes.slice(header),
  }
}

function mssOf(options: Uint8Array): number | undefined {
  const [END, NOTHING, MSS] = [0, 1, 2]
  for (let at = 0; at < options.length; ) {
    const kind = options[at]
    if (kind === END) return undefined
    if (kind === MSS) return ((options[at + 2] ?? 0) << 8) | (options[at + 3] ?? 0)
    at += kind === NOTHING ? 1 : Math.max(options[at + 1] ?? 0, 2)
  }
  return undefined
}

function sum({ source, destination }: Ends, protocol: number, bytes: Uint8Array): number {
  return checksumOf(bytes, pseudoHeaderSum(source.address, destination.address, protocol, bytes.length))
}
