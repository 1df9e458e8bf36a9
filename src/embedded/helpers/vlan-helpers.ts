import { errnoNumber } from "../../base/index.ts"
import { isTag, protocolAt, type SkbContext, TAG_BYTES } from "../packets/index.ts"
import { word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"
import { popBytes, pushBytes } from "./packet-room.ts"

const ENOMEM = -errnoNumber("ENOMEM")
/** The usual EtherType of tags, 802.1Q. */
const USUAL = 0x8100
/** The two addresses of a frame, and its type too. */
const [ADDRESSES, HEADER] = [12, 14]

const swapped = (half: number): number => ((half & 0xff) << 8) | (half >> 8)

/** A tag beside the packet, as cards take it; one that is there already goes into the packet. */
const vlanPush: HelperFunction = (kernel, [context, given, tag]) => {
  const skb = skbArgument(kernel, context)
  const protocol = swapped(word(given) & 0xffff)
  if (skb.get("vlan_present") === 1) {
    const { view } = kernel.memory
    pushBytes(kernel, context, skb, { at: ADDRESSES, count: TAG_BYTES })
    view.setUint16(skb.data + ADDRESSES, skb.get("vlan_proto"), true)
    view.setUint16(skb.data + HEADER, skb.get("vlan_tci"))
    skb.setHeader("mac", skb.data)
    skb.setHeader("network", skb.header("network") - TAG_BYTES)
    skb.set("protocol", skb.get("vlan_proto"))
  }
  setTag(skb, isTag(protocol) ? protocol : USUAL, word(tag) & 0xffff)
  return 0
}

/** Takes the tag beside the packet away, or the one in it; the next one in it then stands beside. */
const vlanPop: HelperFunction = (kernel, [context]) => {
  const skb = skbArgument(kernel, context)
  if (skb.get("vlan_present") === 1) {
    skb.set("vlan_present", 0)
    skb.set("vlan_proto", 0)
    skb.set("vlan_tci", 0)
  } else if (!isTag(skb.protocol)) return 0
  else if (popTag(kernel, skb) === undefined) return ENOMEM
  const { protocol } = skb
  if (!isTag(protocol)) return 0
  const tag = popTag(kernel, skb)
  if (tag === undefined) return ENOMEM
  setTag(skb, protocol, tag)
  return 0
}

function setTag(skb: SkbContext, protocol: number, tag: number): void {
  skb.set("vlan_present", 1)
  skb.set("vlan_proto", swapped(protocol))
  skb.set("vlan_tci", tag)
}

/** The tag that was in the packet; undefined when it is too short for one. */
function popTag(kernel: HelperKernel, skb: SkbContext): number | undefined {
  const { view } = kernel.memory
  if (skb.get("len") < HEADER + TAG_BYTES) return undefined
  const tag = view.getUint16(skb.data + HEADER)
  skb.protocol = protocolAt(view, skb.data + HEADER + 2)
  popBytes(kernel, skb, { at: ADDRESSES, count: TAG_BYTES })
  skb.setHeader("mac", skb.data)
  if (skb.header("network") < skb.data + HEADER) skb.setHeader("network", skb.data + HEADER)
  return tag
}

/** Helpers that change a packet's tags. */
export const VLAN_HELPERS: HelperTable = {
  bpf_skb_vlan_push: vlanPush,
  bpf_skb_vlan_pop: vlanPop,
}
