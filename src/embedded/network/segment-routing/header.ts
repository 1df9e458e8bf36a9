/** Where the fields of a segment routing header are (RFC 8754), and the list of its segments, the last one first. */
export const SRH = {
  next: 0,
  length: 1,
  type: 2,
  left: 3,
  last: 4,
  flags: 5,
  segments: 8,
  segmentBytes: 16,
} as const

/** Routing type of segment routing. */
export const SEGMENT_ROUTING = 4
export const IPV6_HEADER = 40

const NEXT_HEADER = 6
/** Next headers of IPv6: those that others may follow. */
const NEXT = { hop: 0, routing: 43, fragment: 44, authentication: 51, none: 59, options: 60 } as const
const EXTENSIONS: readonly number[] = Object.values(NEXT)

/**
 * Where the first header of a kind is in an IPv6 packet (ipv6_find_hdr); undefined where there is none. `skipsSpent` leaves out
 * routing headers without segments left.
 */
export function findHeader(packet: Uint8Array, wanted: number, skipsSpent = false): number | undefined {
  let kind = packet[NEXT_HEADER] ?? NEXT.none
  for (let at = IPV6_HEADER; ; ) {
    const isSpent = skipsSpent && kind === NEXT.routing && packet[at + SRH.left] === 0
    if (kind === wanted && !isSpent) return at
    if (!EXTENSIONS.includes(kind) || kind === NEXT.none || at + 2 > packet.length) return undefined
    const units = packet[at + SRH.length]!
    const bytes =
      kind === NEXT.fragment ? 8 : kind === NEXT.authentication ? (units + 2) * 4 : (units + 1) * 8
    kind = packet[at + SRH.next]!
    at += bytes
  }
}

/** Whether bytes are one whole header of segment routing (seg6_validate_srh). A reduced one leaves its first segment out. */
export function isValidSegmentRouting(
  header: Uint8Array,
  { isReduced }: { readonly isReduced: boolean },
): boolean {
  const { length } = header
  if (length < SRH.segments || header[SRH.type] !== SEGMENT_ROUTING) return false
  const [units, left, last] = [header[SRH.length]!, header[SRH.left]!, header[SRH.last]!]
  if ((units + 1) * 8 !== length) return false
  if (isReduced || left <= last) {
    if (last > Math.floor(units / 2) - 1 || left > last + 1) return false
  } else return false
  return endsWithOptions(header, SRH.segments + (last + 1) * SRH.segmentBytes)
}

/** Behind the segments there are options, of type, length and value each, and nothing else. */
function endsWithOptions(header: Uint8Array, first: number): boolean {
  let at = first
  while (at < header.length) {
    if (at + 2 > header.length) return false
    at += 2 + header[at + 1]!
  }
  return at === header.length
}
