import { errnoNumber } from "../../base/index.ts"
import type { SkbContext } from "../packets/index.ts"
import { word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"

const [EINVAL, ENOTSUPP, ENOMEM] = [-errnoNumber("EINVAL"), -errnoNumber("ENOTSUPP"), -errnoNumber("ENOMEM")]
/** The largest packet that helpers make. */
const MAX_BYTES = 65_535
/** Packet types: PACKET_HOST … PACKET_OTHERHOST. */
const OTHER_HOST = 3
const MAC_HEADER = 14
/** bpf_skb_adjust_room: behind the network header, or behind the link-layer header. */
const ROOM_NET = 0n
const ROOM_MAC = 1n
/** BPF_F_ADJ_ROOM_…: those that say what stands in the new room. */
const ROOM_FLAGS = 0x1ff_0000_0000_0000n | 0x3fn | 0xff00_0000_0000_0000n
/** EtherTypes of tags: 802.1Q, 802.1ad. */
const TAGS: readonly number[] = [0x8100, 0x88a8]
const [IPV4, IPV6] = [0x0008, 0xdd86]
const HEADER_BYTES = { [IPV4]: 20, [IPV6]: 40 } as const

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
  if (flags !== 0n || skb.get("len") + by > MAX_BYTES) return EINVAL
  if (by > roomBefore(kernel, context, skb)) return ENOMEM
  skb.moveTo(skb.data - by)
  kernel.memory.bytes.fill(0, skb.data, skb.data + by)
  skb.setHeader("mac", skb.data)
  return 0
}

/** Cut or longer at the end; what is new is zeroed. */
const changeTail: HelperFunction = (kernel, [context, length, flags]) => {
  const skb = skbArgument(kernel, context)
  const [wanted, old] = [word(length), skb.get("len")]
  const least = Math.max(0, skb.header("network") - skb.data)
  if (flags !== 0n || wanted > MAX_BYTES || wanted < least) return EINVAL
  if (wanted > old) {
    if (wanted - old > roomBehind(kernel, context)) return ENOMEM
    kernel.memory.bytes.fill(0, skb.data + old, skb.data + wanted)
  }
  skb.setEnd(skb.data + wanted)
  return 0
}

/** Room behind a header, or less of it: what stands before moves. */
const adjustRoom: HelperFunction = (kernel, [context, difference, mode, flags]) => {
  const skb = skbArgument(kernel, context)
  const by = Number(BigInt.asIntN(32, difference))
  const header = HEADER_BYTES[skb.get("protocol") as keyof typeof HEADER_BYTES]
  if ((flags & ~ROOM_FLAGS) !== 0n || Math.abs(by) > 0xfff) return EINVAL
  if (header === undefined) return ENOTSUPP
  if (mode !== ROOM_NET && mode !== ROOM_MAC) return ENOTSUPP
  const before = MAC_HEADER + (mode === ROOM_NET ? header : 0)
  const isTooShort = by < 0 && skb.get("len") + by < before + (mode === ROOM_MAC ? header : 0)
  if (isTooShort) return ENOTSUPP
  if (by > roomBefore(kernel, context, skb)) return ENOMEM
  const { bytes } = kernel.memory
  const { data } = skb
  bytes.copyWithin(data - by, data, data + before)
  skb.moveTo(data - by)
  if (by > 0) bytes.fill(0, skb.data + before, data + before)
  skb.setHeader("mac", skb.data)
  skb.setHeader("network", skb.data + MAC_HEADER)
  return 0
}

/** Bytes of its buffer before a packet, and behind it; those of test runs have what their page has. */
function roomBefore({ network }: HelperKernel, context: bigint, skb: SkbContext): number {
  return network.skbAt(Number(context))?.headroom ?? skb.data - Number(context) - 512
}

function roomBehind({ network }: HelperKernel, context: bigint): number {
  return network.skbAt(Number(context))?.tailroom ?? 0
}

const vlanPush: HelperFunction = (kernel, [context, protocol, tag]) => {
  const skb = skbArgument(kernel, context)
  if (skb.get("vlan_present") === 1) pushTag(kernel, skb)
  skb.set("vlan_present", 1)
  skb.set("vlan_proto", word(protocol) & 0xffff)
  skb.set("vlan_tci", word(tag) & 0xffff)
  return 0
}

/** A tag that was beside the packet goes into it. */
function pushTag(kernel: HelperKernel, skb: SkbContext): void {
  const { bytes, view } = kernel.memory
  const { data } = skb
  bytes.copyWithin(data - 4, data, data + 12)
  skb.moveTo(data - 4)
  skb.setHeader("mac", skb.data)
  view.setUint16(data + 8, skb.get("vlan_proto"), true)
  view.setUint16(data + 10, skb.get("vlan_tci"))
}

const vlanPop: HelperFunction = (kernel, [context]) => {
  const skb = skbArgument(kernel, context)
  if (skb.get("vlan_present") === 0) return popTag(kernel, skb)
  skb.set("vlan_present", 0)
  skb.set("vlan_proto", 0)
  skb.set("vlan_tci", 0)
  return 0
}

/** A tag that stands in the packet goes out of it; a packet without one stays as it is. */
function popTag({ memory: { bytes, view } }: HelperKernel, skb: SkbContext): number {
  const { data } = skb
  if (!TAGS.includes(view.getUint16(data + 12))) return 0
  bytes.copyWithin(data + 4, data, data + 12)
  skb.moveTo(data + 4)
  skb.setHeader("mac", skb.data)
  skb.setHeader("network", skb.data + MAC_HEADER)
  skb.set("protocol", view.getUint16(skb.data + 12, true))
  return 0
}

/** Helpers that change a packet's size, type and tags. */
export const PACKET_CHANGE_HELPERS: HelperTable = {
  bpf_skb_change_type: changeType,
  bpf_skb_change_head: changeHead,
  bpf_skb_change_tail: changeTail,
  bpf_skb_adjust_room: adjustRoom,
  bpf_skb_vlan_push: vlanPush,
  bpf_skb_vlan_pop: vlanPop,
}
