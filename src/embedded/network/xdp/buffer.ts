import type { KernelCore } from "../../core.ts"
import { HEADROOM, TAILROOM } from "../packet-room.ts"
import type { Skb } from "../skb.ts"

const CACHE_LINE = 64
/** Of a page, what is there for a packet: 256 bytes are before it, struct skb_shared_info behind it. */
const PAGE_ROOM = 4096 - HEADROOM - TAILROOM

/**
 * A packet as XDP wants it: from its link-layer header on, with 256 bytes before it. One that has come as a frame of XDP
 * has its room already; others are copied, as drivers and the stack do.
 */
export function forXdp(skb: Skb, tailroom = TAILROOM): Skb {
  skb.toMac()
  if (skb.room) return skb
  const copy = skb.clone(tailroom)
  skb.free()
  copy.toMac()
  const { data, end } = copy.context
  copy.room = { start: data - HEADROOM, end: end + tailroom }
  return copy
}

/** How far a packet may grow in a veth device's buffer: a page each, from 6.7 on only as much as it needs. */
export function vethTailroom(kernel: KernelCore, { context }: Skb): number {
  const length = context.end - context.header("mac")
  const rest = PAGE_ROOM - length
  // Packets that take more than half a page get all of it.
  const needed = HEADROOM + alignUp(length) + TAILROOM
  return kernel.since("6.7") && needed * 2 <= 4096 ? alignUp(length) - length : Math.max(rest, 0)
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / CACHE_LINE) * CACHE_LINE
}
