/** What a packet has before its link-layer header (NET_SKB_PAD, and room for tunnels), and behind its data. */
export const HEADROOM = 256
export const TAILROOM = 320

/** Where a packet's buffer starts, and where its bytes may end. */
export interface PacketRoom {
  readonly start: number
  readonly end: number
}
