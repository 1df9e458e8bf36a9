import type { KernelCore } from "../core.ts"
import { protocolAt } from "../packets/index.ts"
import { BROADCAST, sameBytes } from "./device.ts"
import { ETHERNET_HEADER } from "./headers.ts"
import { PACKET, type Skb } from "./skb.ts"

/** Puts an Ethernet header in front of a packet, for a station on its device's link. */
export function pushEthernet(kernel: KernelCore, skb: Skb, to: Uint8Array): void {
  skb.pull(-ETHERNET_HEADER)
  const { context, device, protocol } = skb
  const { memory } = kernel
  memory.write(context.data, to)
  memory.write(context.data + 6, device.mac)
  memory.view.setUint16(context.data + 12, protocol)
  context.setHeader("mac", context.data)
}

/** What `eth_type_trans` finds in a frame that has come in: for whom it is, and its protocol. The header is taken off. */
export function readEthernet(kernel: KernelCore, skb: Skb): void {
  const { context, device } = skb
  const { memory } = kernel
  const to = memory.read(context.data, 6)
  context.setHeader("mac", context.data)
  context.set("pkt_type", receiverOf(to, device.mac))
  skb.protocol = protocolAt(memory.view, context.data + 12)
  skb.pull(ETHERNET_HEADER)
  context.setHeader("network", context.data)
}

function receiverOf(to: Uint8Array, own: Uint8Array): number {
  if (sameBytes(to, own)) return PACKET.host
  if (sameBytes(to, BROADCAST)) return PACKET.broadcast
  return (to[0]! & 1) === 1 ? PACKET.multicast : PACKET.otherHost
}
