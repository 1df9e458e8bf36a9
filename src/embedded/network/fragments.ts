import { checksumOf } from "./checksum.ts"

const [IPV6_HEADER, FRAGMENT_HEADER] = [40, 8]
/** In the word with a fragment's offset, of IPv4 and of IPv6: more follow. */
const [MORE_V4, MORE_V6] = [0x2000, 1]
export const FRAGMENT_PROTOCOL = 44
const NEXT_HEADER = 6

/** Cuts an IP packet into fragments that fit (ip_do_fragment, ip6_fragment). `id` is the same for all of them. */
export function fragmentsOf(packet: Uint8Array, mtu: number, id: number): Uint8Array[] {
  const isV4 = packet[0]! >> 4 === 4
  const header = isV4 ? (packet[0]! & 0xf) * 4 : IPV6_HEADER
  const most = (mtu - header - (isV4 ? 0 : FRAGMENT_HEADER)) & ~7
  const payload = packet.subarray(header)
  const pieces: Uint8Array[] = []
  for (let at = 0; at < payload.length; at += most) {
    const data = payload.subarray(at, at + most)
    const isLast = at + most >= payload.length
    pieces.push(isV4 ? pieceV4(packet, header, data, at, isLast) : pieceV6(packet, data, at, isLast, id))
  }
  return pieces
}

function pieceV4(
  packet: Uint8Array,
  header: number,
  data: Uint8Array,
  at: number,
  isLast: boolean,
): Uint8Array {
  const piece = Uint8Array.of(...packet.subarray(0, header), ...data)
  const view = new DataView(piece.buffer)
  view.setUint16(2, piece.length)
  view.setUint16(6, (at >> 3) | (isLast ? 0 : MORE_V4))
  view.setUint16(10, 0)
  view.setUint16(10, checksumOf(piece.subarray(0, header)))
  return piece
}

function pieceV6(packet: Uint8Array, data: Uint8Array, at: number, isLast: boolean, id: number): Uint8Array {
  const piece = new Uint8Array(IPV6_HEADER + FRAGMENT_HEADER + data.length)
  piece.set(packet.subarray(0, IPV6_HEADER))
  const view = new DataView(piece.buffer)
  view.setUint16(4, FRAGMENT_HEADER + data.length)
  piece[IPV6_HEADER] = piece[NEXT_HEADER]!
  piece[NEXT_HEADER] = FRAGMENT_PROTOCOL
  view.setUint16(IPV6_HEADER + 2, at | (isLast ? 0 : MORE_V6))
  view.setUint32(IPV6_HEADER + 4, id)
  piece.set(data, IPV6_HEADER + FRAGMENT_HEADER)
  return piece
}

interface Fragment {
  readonly at: number
  readonly data: Uint8Array
  readonly isLast: boolean
}

/** Whether a packet is a fragment of one. */
export function isFragment(packet: Uint8Array): boolean {
  if (packet[0]! >> 4 === 6) return packet[NEXT_HEADER] === FRAGMENT_PROTOCOL
  return (((packet[6]! << 8) | packet[7]!) & (MORE_V4 | 0x1fff)) !== 0
}

/** Fragments that wait for the others of their packets. None is given up: time does not end them. */
export class Reassembly {
  readonly #waiting = new Map<string, Fragment[]>()

  /** The whole packet once its last fragment has come; undefined until then. */
  add(packet: Uint8Array): Uint8Array | undefined {
    const isV4 = packet[0]! >> 4 === 4
    const header = isV4 ? (packet[0]! & 0xf) * 4 : IPV6_HEADER
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length)
    const place = view.getUint16(isV4 ? 6 : IPV6_HEADER + 2)
    const id = isV4 ? view.getUint16(4) : view.getUint32(IPV6_HEADER + 4)
    const ends = isV4 ? packet.subarray(12, 20) : packet.subarray(8, 40)
    const protocol = isV4 ? packet[9]! : 0
    const key = `${ends.join(".")} ${protocol} ${id}`
    const fragments = this.#waiting.get(key) ?? []
    fragments.push({
      at: isV4 ? (place & 0x1fff) * 8 : place & ~7,
      data: packet.slice(header + (isV4 ? 0 : FRAGMENT_HEADER)),
      isLast: (place & (isV4 ? MORE_V4 : MORE_V6)) === 0,
    })
    fragments.sort((a, b) => a.at - b.at)
    this.#waiting.set(key, fragments)
    const payload = joined(fragments)
    if (!payload) return undefined
    this.#waiting.delete(key)
    return isV4 ? wholeV4(packet, header, payload) : wholeV6(packet, payload)
  }
}

/** The payload without a gap, or undefined. */
function joined(fragments: readonly Fragment[]): Uint8Array | undefined {
  const last = fragments.at(-1)
  if (!last?.isLast) return undefined
  const payload = new Uint8Array(last.at + last.data.length)
  let end = 0
  for (const { at, data } of fragments) {
    if (at > end) return undefined
    payload.set(data, at)
    end = Math.max(end, at + data.length)
  }
  return payload
}

function wholeV4(packet: Uint8Array, header: number, payload: Uint8Array): Uint8Array {
  const whole = new Uint8Array(header + payload.length)
  whole.set(packet.subarray(0, header))
  whole.set(payload, header)
  const view = new DataView(whole.buffer)
  view.setUint16(2, whole.length)
  view.setUint16(6, 0)
  view.setUint16(10, 0)
  view.setUint16(10, checksumOf(whole.subarray(0, header)))
  return whole
}

function wholeV6(packet: Uint8Array, payload: Uint8Array): Uint8Array {
  const whole = new Uint8Array(IPV6_HEADER + payload.length)
  whole.set(packet.subarray(0, IPV6_HEADER))
  whole[NEXT_HEADER] = packet[IPV6_HEADER]!
  whole.set(payload, IPV6_HEADER)
  new DataView(whole.buffer).setUint16(4, payload.length)
  return whole
}
