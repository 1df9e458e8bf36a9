import type { KernelCore } from "../../core.ts"
import { ETHERNET_HEADER } from "../headers.ts"
import type { Skb } from "../skb.ts"
import { redirectPacket } from "./redirect.ts"
import { ACTION } from "./traffic-control.ts"

/** Runs what stands on one side of the packet's device. False when the packet is gone: dropped, kept, or sent elsewhere. */
export function passesTrafficControl(kernel: KernelCore, skb: Skb, side: "ingress" | "egress"): boolean {
  const hooks = skb.device.trafficControl[side]
  if (hooks.isEmpty) return true
  skb.toMac()
  skb.isAtIngress = side === "ingress"
  switch (hooks.decide(kernel, skb)) {
    case ACTION.shot:
    case ACTION.stolen:
    case ACTION.queued:
    case ACTION.trap:
      skb.free()
      return false
    case ACTION.redirect:
      redirectPacket(kernel, skb)
      return false
    default:
      if (side === "ingress") toNetwork(skb)
      return true
  }
}

/** Back behind the link-layer header, which the program may have moved. */
function toNetwork(skb: Skb): void {
  skb.pull(ETHERNET_HEADER)
  skb.context.setHeader("network", skb.context.data)
}
