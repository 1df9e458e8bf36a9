import { errnoNumber } from "../../base/index.ts"
import type { SkbContext } from "../packets/index.ts"
import { word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"
import { popBytes, pushBytes } from "./packet-room.ts"

const ENOMEM = -errnoNumber("ENOMEM")
/** EtherTypes of tags, as they stand in a packet: 802.1Q, 802.1ad. */
const [TAG_802_1Q, TAG_802_1AD] = [0x0081, 0xa888]
/** The two addresses of a frame, its type, and a tag. */
const [ADDRESSES, HEADER, TAG] = [12, 14, 4]
/** From here on a frame's type is a protocol, not a length. */
const FIRST_PROTOCOL = 0x600
const [ETH_P_802_3, ETH_P_802_2] = [0x0001, 0x0004]
const RAW = 0xffff

const isTag = (protocol: number): boolean => protocol === TAG_802_1Q || protocol === TAG_802_1AD

/** A tag beside the packet, as cards take it; one that is there already goes into the packet. */
const vlanPush: HelperFunction = (kernel, [context, given, tag]) => {
  const skb = skbArgument(kernel, context)
  const protocol = word(given) & 0xffff
  if (skb.get("vlan_present") === 1) {
    const { view } = kernel.memory
    pushBytes(kernel, context, skb, { at: ADDRESSES, count: TAG })
    view.setUint16(skb.data + ADDRESSES, skb.get("vlan_proto"), true)
    view.setUint16(skb.data + HEADER, skb.get("vlan_tci"))
    skb.setHeader("mac", skb.data)
    skb.setHeader("network", skb.header("network") - TAG)
    skb.set("protocol", skb.get("vlan_proto"))
  }
  setTag(skb, isTag(protocol) ? protocol : TAG_802_1Q, word(tag) & 0xffff)
  return 0
}

/** Takes the tag beside the packet away, or the one in it; the next one in it then stands beside. */
const vlanPop: HelperFunction = (kernel, [context]) => {
  const skb = skbArgument(kernel, context)
  if (skb.get("vlan_present") === 1) {
    skb.set("vlan_present", 0)
    skb.set("vlan_proto", 0)
    skb.set("vlan_tci", 0)
  } else if (!isTag(skb.get("protocol"))) return 0
  else if (popTag(kernel, skb) === undefined) return ENOMEM
  const protocol = skb.get("protocol")
  if (!isTag(protocol)) return 0
  const tag = popTag(kernel, skb)
  if (tag === undefined) return ENOMEM
  setTag(skb, protocol, tag)
  return 0
}

function setTag(skb: SkbContext, protocol: number, tag: number): void {
  skb.set("vlan_present", 1)
  skb.set("vlan_proto", protocol)
  skb.set("vlan_tci", tag)
}

/** The tag that was in the packet; undefined when it is too short for one. */
function popTag(kernel: HelperKernel, skb: SkbContext): number | undefined {
  const { view } = kernel.memory
  if (skb.get("len") < HEADER + TAG) return undefined
  const tag = view.getUint16(skb.data + HEADER)
  skb.protocol = protocolBehind(view, skb.data + HEADER + 2)
  popBytes(kernel, skb, { at: ADDRESSES, count: TAG })
  skb.setHeader("mac", skb.data)
  if (skb.header("network") < skb.data + HEADER) skb.setHeader("network", skb.data + HEADER)
  return tag
}

/** What a field of type or length says. */
function protocolBehind(view: DataView, at: number): number {
  const field = view.getUint16(at)
  if (field >= FIRST_PROTOCOL) return field
  return view.getUint16(at + 2) === RAW ? ETH_P_802_3 : ETH_P_802_2
}

/** Helpers that change a packet's tags. */
export const VLAN_HELPERS: HelperTable = {
  bpf_skb_vlan_push: vlanPush,
  bpf_skb_vlan_pop: vlanPop,
}
