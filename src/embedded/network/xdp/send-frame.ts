import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { NetDevice } from "../device.ts"
import { ETHERNET_HEADER } from "../headers.ts"
import type { Skb } from "../skb.ts"
import { startXmit } from "../transmit.ts"
import { pollDriver } from "./native.ts"
import { xdpBulkTx } from "./tracepoints.ts"

const VLAN_HEADER = 4
const ENXIO = -errnoNumber("ENXIO")
const [ENETDOWN, EMSGSIZE] = [-errnoNumber("ENETDOWN"), -errnoNumber("EMSGSIZE")]

/** The bytes that a frame on a device has at most. */
function longest(device: NetDevice): number {
  return device.mtu + ETHERNET_HEADER + VLAN_HEADER
}

/** 0, or why a packet is not sent on a device. */
export function refusedOn(device: NetDevice, skb: Skb): number {
  if (!device.isUp) return ENETDOWN
  return skb.context.get("len") > longest(device) ? EMSGSIZE : 0
}

/** Sends a frame on a device; the other end of a veth takes frames only while it runs a program, or polls all the same. 0 or −errno; then the caller has it still. */
export function sendFrame(kernel: KernelCore, device: NetDevice, skb: Skb): number {
  if (device.kind === "ethernet") {
    startXmit(kernel, skb)
    return 0
  }
  const { peer } = device
  if (!peer?.isUp || !(peer.xdp.native || peer.polls)) return ENXIO
  if (skb.context.get("len") > longest(peer)) return EMSGSIZE
  skb.device = peer
  kernel.network.enqueue(skb, pollDriver)
  return 0
}

/** XDP_TX: out of the device that the frame has come in on. */
export function sendBack(kernel: KernelCore, skb: Skb): void {
  const { device } = skb
  skb.toFrame()
  const result = sendFrame(kernel, device, skb)
  // A frame that is too long is dropped without an error.
  xdpBulkTx(kernel, device, result === 0 ? 1 : 0, result === ENXIO ? ENXIO : 0)
  if (result !== 0) skb.free()
}
