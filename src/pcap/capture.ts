/** A packet of a capture. */
export interface CapturedPacket {
  /** Nanoseconds since 1970. */
  readonly time: bigint
  /** What was captured of it. */
  readonly bytes: Uint8Array
  /** Bytes that it had on the wire: more than were captured where the snapshot length cut it. */
  readonly length: number
  /** LINKTYPE_… of what it was captured on. */
  readonly linkType: number
  /** Where its record starts in the file. */
  readonly offset: number
}

/** LINKTYPE_ETHERNET: packets start with their Ethernet header. */
export const LINKTYPE_ETHERNET = 1

/** What libpcap takes for a packet at most (MAXIMUM_SNAPLEN). */
export const MAX_PACKET_BYTES = 262_144

export const NANOSECONDS = 1_000_000_000n
