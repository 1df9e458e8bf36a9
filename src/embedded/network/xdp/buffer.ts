import type { KernelCore } from "../../core.ts"
import { HEADROOM, TAILROOM } from "../packet-room.ts"
import type { Skb } from "../skb.ts"
import { FIRST_PIECE } from "./veth-mtu.ts"

const CACHE_LINE = 64
const PAGE = 4096

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

/** How far a packet of some length may grow in a veth device's buffer: a page each, from 6.7 on only as much as it needs. */
export function vethTailroom(kernel: KernelCore): (length: number) => number {
  const isTight = kernel.since("6.7")
  return length => {
    // The last of several pieces may fill its page.
    if (length > FIRST_PIECE) return PAGE
    const padding = alignUp(length) - length
    // Packets that take more than half a page get all of it.
    const needed = HEADROOM + length + padding + TAILROOM
    return isTight && needed * 2 <= PAGE ? padding : Math.max(PAGE - HEADROOM - TAILROOM - length, 0)
  }
}

function alignUp(bytes: number): number {
  return Math.ceil(bytes / CACHE_LINE) * CACHE_LINE
}
