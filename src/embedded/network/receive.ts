import type { KernelCore } from "../core.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { ETH_P_IP, ETH_P_IPV6 } from "./headers.ts"
import { passesTrafficControl } from "./hooks/run-traffic-control.ts"
import { receiveIp } from "./ip-input.ts"
import type { Skb } from "./skb.ts"
import { copyToProtocolTaps, copyToTaps } from "./taps.ts"
import { netifReceiveSkb } from "./tracepoints.ts"
import { leaveTag, takeTag } from "./vlan.ts"
import { runGenericXdp } from "./xdp/generic.ts"

/** A packet that has come in on its device, behind its link-layer header: past every hook there, and up. Frees it in the end. */
export const receivePacket = kernelFunction("__netif_receive_skb", (kernel, given: Skb): number => {
  given.context.set("ingress_ifindex", given.device.index)
  netifReceiveSkb(kernel, given)
  const skb = runGenericXdp(kernel, given)
  if (!skb) return 0
  if (!takeTag(kernel, skb)) {
    skb.free()
    return 0
  }
  copyToTaps(kernel, skb, "in")
  if (passesTrafficControl(kernel, skb, "ingress")) deliver(kernel, skb)
  return 0
})

/** To the protocol that the link-layer header names; what nobody takes is dropped. */
function deliver(kernel: KernelCore, skb: Skb): void {
  leaveTag(skb)
  copyToProtocolTaps(kernel, skb)
  if (skb.protocol === ETH_P_IP || skb.protocol === ETH_P_IPV6) receiveIp(kernel, skb)
  else skb.free()
}
