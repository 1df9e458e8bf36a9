import { errnoNumber } from "../../base/index.ts"
import { word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"
import { MAX_PACKET_BYTES, makeRoom, popBytes, pushBytes } from "./packet-room.ts"

const [EINVAL, ENOTSUPP, ENOMEM] = [-errnoNumber("EINVAL"), -errnoNumber("ENOTSUPP"), -errnoNumber("ENOMEM")]
/** Packet types: PACKET_HOST … PACKET_OTHERHOST. */
const OTHER_HOST = 3
/** Network protocols, as they stand in a packet. */
const [IPV4, IPV6] = [0x0008, 0xdd86]
/** By how much a header of IPv6 is longer. */
const DIFFERENCE = 20

const changeType: HelperFunction = (kernel, [context, type]) => {
  const skb = skbArgument(kernel, context)
  if (skb.get("pkt_type") > OTHER_HOST || word(type) > OTHER_HOST) return EINVAL
  skb.set("pkt_type", word(type))
  return 0
}

/** New bytes before the packet, zeroed: its link-layer header starts there. */
const changeHead: HelperFunction = (kernel, [context, length, flags]) => {
  const skb = skbArgument(kernel, context)
  const by = word(length)
  const isTooLong = skb.get("gso_size") === 0 && skb.get("len") + by > MAX_PACKET_BYTES
  if (flags !== 0n || isTooLong) return EINVAL
  if (by > MAX_PACKET_BYTES) return ENOMEM
  pushBytes(kernel, context, skb, { at: 0, count: by })
  skb.setHeader("mac", skb.data)
  return 0
}

/** Cut or longer at the end; what is new is zeroed. */
const changeTail: HelperFunction = (kernel, [context, length, flags]) => {
  const skb = skbArgument(kernel, context)
  const [wanted, old] = [word(length), skb.get("len")]
  const transport = kernel.network.skbAt(Number(context))?.transport || skb.header("network")
  const least = Math.max(0, skb.header("network") - skb.data, transport - skb.data)
  if (flags !== 0n || wanted > MAX_PACKET_BYTES || wanted < least) return EINVAL
  if (skb.isEncapsulated) return ENOTSUPP
  if (wanted > old) {
    makeRoom(kernel, context, skb, { behind: wanted - old })
    kernel.memory.bytes.fill(0, skb.data + old, skb.data + wanted)
  }
  skb.setEnd(skb.data + wanted)
  skb.set("gso_size", 0)
  skb.set("gso_segs", 0)
  return 0
}

/** From IPv4 to IPv6 or back: only the size of the network header, and what the packet is said to be. */
const changeProtocol: HelperFunction = (kernel, [context, protocol, flags]) => {
  const skb = skbArgument(kernel, context)
  const [from, to] = [skb.get("protocol"), word(protocol) & 0xffff]
  if (flags !== 0n) return EINVAL
  const at = skb.header("network") - skb.header("mac")
  const isLonger = from === IPV4 && to === IPV6
  if (isLonger) {
    pushBytes(kernel, context, skb, { at, count: DIFFERENCE })
  } else {
    if (from !== IPV6 || to !== IPV4) return ENOTSUPP
    if (!popBytes(kernel, skb, { at, count: DIFFERENCE })) return ENOMEM
  }
  skb.setHeader("mac", skb.data)
  skb.setHeader("network", skb.data + at)
  skb.set("protocol", to)
  skb.set("hash", 0)
  return 0
}

/** Helpers that change a packet's size and type. */
export const PACKET_CHANGE_HELPERS: HelperTable = {
  bpf_skb_change_type: changeType,
  bpf_skb_change_head: changeHead,
  bpf_skb_change_tail: changeTail,
  bpf_skb_change_proto: changeProtocol,
}
