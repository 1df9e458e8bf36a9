import type { KernelCore } from "../../core.ts"
import { readEthernet } from "../ethernet.ts"
import type { Skb } from "../skb.ts"
import { startXmit } from "../transmit.ts"
import { dropXdp, runXdp, XDP } from "./actions.ts"
import { forXdp } from "./buffer.ts"
import { redirectSkb } from "./redirect-skb.ts"
import { takesPieces } from "./veth-mtu.ts"

const PAGE = 4096

/** The program in the stack: the packet that goes on, or undefined where it goes no further. */
export function runGenericXdp(kernel: KernelCore, given: Skb): Skb | undefined {
  const { device } = given
  const attachment = device.xdp.generic
  if (!attachment || given.isRedirected) return given
  // The stack has programs see pieces since 6.9, where they can.
  const isSplit = kernel.since("6.9") && takesPieces(attachment)
  const skb = isSplit ? forXdp(given, PAGE) : forXdp(given)
  const action = runXdp(kernel, attachment, skb, { ingress: device, isSplit })
  skb.room = undefined
  switch (action) {
    case XDP.pass:
      // The program may have changed for whom it is, and what.
      readEthernet(kernel, skb)
      return skb
    case XDP.tx:
      startXmit(kernel, skb)
      return undefined
    case XDP.redirect:
      redirectSkb(kernel, attachment.program, skb)
      return undefined
    default:
      dropXdp(kernel, attachment, skb, action, { told: device, traced: device })
      return undefined
  }
}
