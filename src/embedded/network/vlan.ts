import type { KernelCore } from "../core.ts"
import { ETHERNET_BYTES, isTag, protocolAt, TAG_BYTES } from "../packets/index.ts"
import { PACKET, type Skb } from "./skb.ts"

/** The bits of a tag that say which network; 0: it says a priority alone. */
const NETWORK_MASK = 0xfff
/** Where a frame's type is: a tag goes before it. */
const TYPE_AT = 12

/**
 * Takes the tag of a packet that has come in out of it, behind its link-layer header: from now on it stands beside (skb_vlan_untag).
 * False when the packet is too short for one.
 */
export function takeTag({ memory: { bytes, view } }: KernelCore, skb: Skb): boolean {
  const { context } = skb
  if (context.get("vlan_present") === 1 || !isTag(skb.protocol)) return true
  const { data } = context
  if (context.get("len") < TAG_BYTES) return false
  context.set("vlan_present", 1)
  context.set("vlan_proto", context.get("protocol"))
  context.set("vlan_tci", view.getUint16(data))
  skb.protocol = protocolAt(view, data + 2)
  bytes.copyWithin(data - ETHERNET_BYTES + TAG_BYTES, data - ETHERNET_BYTES, data - ETHERNET_BYTES + TYPE_AT)
  skb.pull(TAG_BYTES)
  context.setHeader("mac", data - ETHERNET_BYTES + TAG_BYTES)
  context.setHeader("network", context.data)
  return true
}

/** No device takes packets of a tagged network: they are for nobody. A tag that says a priority alone is forgotten. */
export function leaveTag({ context }: Skb): void {
  if (context.get("vlan_present") === 0) return
  if ((context.get("vlan_tci") & NETWORK_MASK) !== 0) {
    context.set("pkt_type", PACKET.otherHost)
    return
  }
  context.set("vlan_present", 0)
  context.set("vlan_proto", 0)
  context.set("vlan_tci", 0)
}

/** A frame with the tag that stands beside it put in, as a network card does. */
export function withTag(
  frame: Uint8Array,
  tag: { readonly protocol: number; readonly control: number },
): Uint8Array {
  const words = [tag.protocol >> 8, tag.protocol & 0xff, tag.control >> 8, tag.control & 0xff]
  return Uint8Array.of(...frame.subarray(0, TYPE_AT), ...words, ...frame.subarray(TYPE_AT))
}
