import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import type { NetDevice } from "./device.ts"
import { readEthernet } from "./ethernet.ts"
import { ETHERNET_HEADER } from "./headers.ts"
import { decideNetkit, NETKIT } from "./hooks/netkit.ts"
import { redirectPacket } from "./hooks/redirect.ts"
import { passesTrafficControl } from "./hooks/run-traffic-control.ts"
import { Skb } from "./skb.ts"
import { copyToTaps } from "./taps.ts"
import { netDevQueue, netifRxEvent } from "./tracepoints.ts"
import { enqueueForDriver } from "./xdp/native.ts"

/** What a queue answers for a packet that it dropped: no error to the sender. */
const NET_XMIT_DROP = 1

/** Sends a frame on its device, past every hook there. The packet is gone afterwards. 0, or a negative errno. */
export const transmitPacket = kernelFunction("__dev_queue_xmit", (kernel, skb: Skb): number =>
  kernel.network.inBottomHalf(() => {
    if (!passesTrafficControl(kernel, skb, "egress")) return NET_XMIT_DROP
    netDevQueue(kernel, skb)
    hardStartXmit(kernel, skb, skb.device.object)
    return 0
  }),
)

const hardStartXmit = kernelFunction(
  "dev_hard_start_xmit",
  (kernel, skb: Skb, _device: KernelObject): number => {
    copyToTaps(kernel, skb, "out")
    return startXmit(kernel, skb)
  },
)

/** Hands a frame to its device's driver, past no hook. The packet is gone afterwards. */
export function startXmit(kernel: KernelCore, skb: Skb): number {
  const { device } = skb
  switch (device.kind) {
    case "loopback":
      return loopbackXmit(kernel, skb, device.object)
    case "veth":
      return vethXmit(kernel, skb, device.object)
    case "netkit":
      return netkitXmit(kernel, skb, device.object)
    case "ethernet":
      return ethernetXmit(kernel, skb)
  }
}

/** The frame leaves the machine. Drivers are modules: no function of theirs is modelled. */
function ethernetXmit(kernel: KernelCore, skb: Skb): number {
  const { device } = skb
  skb.toMac()
  const answers = device.isUp ? (device.cable?.answer(skb.bytes()) ?? []) : []
  skb.free()
  for (const frame of answers) comeIn(kernel, new Skb(kernel, device, frame, ETHERNET_HEADER), device)
  return 0
}

const loopbackXmit = kernelFunction("loopback_xmit", (kernel, skb: Skb, _device: KernelObject): number => {
  comeIn(kernel, skb, skb.device)
  return 0
})

const vethXmit = kernelFunction("veth_xmit", (kernel, skb: Skb, _device: KernelObject): number => {
  const { peer } = skb.device
  if (peer?.isUp) comeIn(kernel, skb, peer)
  else skb.free()
  return 0
})

/** Hands a packet to the other end, where the sender's programs decide about it: it comes in there, or goes elsewhere. */
const netkitXmit = kernelFunction("netkit_xmit", (kernel, skb: Skb, _device: KernelObject): number => {
  const { device } = skb
  const { peer } = device
  if (!peer?.isUp) {
    skb.free()
    return NET_XMIT_DROP
  }
  skb.toMac()
  changeSides(skb, peer)
  switch (decideNetkit(kernel, skb, device.netkit)) {
    case NETKIT.next:
    case NETKIT.pass:
      readEthernet(kernel, skb)
      netifRxEvent(kernel, skb)
      kernel.network.enqueue(skb)
      return 0
    case NETKIT.redirect:
      redirectPacket(kernel, skb)
      return 0
    default:
      skb.free()
      return NET_XMIT_DROP
  }
})

/** What is only known on one side is forgotten. */
function changeSides(skb: Skb, to: NetDevice): void {
  skb.owner = undefined
  skb.metadata = 0
  skb.context.hasTunnelKey = false
  if (to.namespace !== skb.device.namespace) {
    skb.mark = 0
    skb.context.set("priority", 0)
  }
  skb.device = to
}

/** The frame lies before its receiver, which takes it when this processor has done what it does. */
function comeIn(kernel: KernelCore, skb: Skb, device: NetDevice): void {
  const isOtherNamespace = device.namespace !== skb.device.namespace
  skb.owner = undefined
  skb.metadata = 0
  if (device !== skb.device) skb.context.hasTunnelKey = false
  if (isOtherNamespace) skb.mark = 0
  skb.device = device
  readEthernet(kernel, skb)
  if (enqueueForDriver(kernel, skb)) return
  netifRxEvent(kernel, skb)
  kernel.network.enqueue(skb)
}
