import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { readEthernet } from "../ethernet.ts"
import { receivePacket } from "../receive.ts"
import type { Skb } from "../skb.ts"
import { dropXdp, runXdp, XDP } from "./actions.ts"
import { forXdp, vethTailroom } from "./buffer.ts"
import { redirectFrame } from "./redirect-frame.ts"
import { sendBack } from "./send-frame.ts"

/** A veth device whose driver runs a program takes packets itself. False where it leaves that to the stack. */
export function enqueueForDriver(kernel: KernelCore, skb: Skb): boolean {
  if (!skb.device.xdp.native) return false
  kernel.network.enqueue(skb, pollDriver)
  return true
}

/** What veth's driver does with a packet or frame that has come in. */
export function pollDriver(kernel: KernelCore, given: Skb): void {
  const { device } = given
  const attachment = device.xdp.native
  // The program was taken off meanwhile.
  if (!attachment) {
    toStack(kernel, given)
    return
  }
  const { context } = given
  const skb = forXdp(given, vethTailroom(kernel)(context.end - context.header("mac")))
  finishDriver(kernel, attachment, skb, runXdp(kernel, attachment, skb, { ingress: device, isSplit: true }))
}

/** Does what the program has said. */
export function finishDriver(kernel: KernelCore, attachment: Attachment, skb: Skb, action: number): void {
  const { device } = skb
  switch (action) {
    case XDP.pass:
      toStack(kernel, skb)
      break
    case XDP.tx:
      sendBack(kernel, skb)
      break
    case XDP.redirect:
      redirectFrame(kernel, attachment.program, skb)
      break
    default:
      dropXdp(kernel, attachment, skb, action, { told: device, traced: device })
  }
}

/** Up to the stack, as the packet is now. */
export function toStack(kernel: KernelCore, skb: Skb): void {
  skb.toMac()
  skb.room = undefined
  readEthernet(kernel, skb)
  receivePacket(kernel, skb)
}
