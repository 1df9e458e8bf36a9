import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import type { Skb } from "../skb.ts"
import { dropXdp, runXdp, XDP } from "./actions.ts"
import { toStack } from "./native.ts"
import { redirectFrame } from "./redirect-frame.ts"

/** Runs a program on frames of a test run; each goes where it says, those for the stack last. */
export function runLiveFrames(kernel: KernelCore, attachment: Attachment, frames: readonly Skb[]): void {
  kernel.network.inBottomHalf(() => {
    const passed = frames.filter(frame => runOne(kernel, attachment, frame) === XDP.pass)
    for (const frame of passed) toStack(kernel, frame)
  })
}

function runOne(kernel: KernelCore, attachment: Attachment, frame: Skb): number {
  const { device } = frame
  const action = runXdp(kernel, attachment, frame, { ingress: device })
  switch (action) {
    case XDP.pass:
      break
    case XDP.tx:
      // There is no driver to send it back: it is redirected to its own device.
      kernel.redirect.target = { kind: "interface", index: device.index }
      redirectFrame(kernel, attachment.program, frame)
      break
    case XDP.redirect:
      redirectFrame(kernel, attachment.program, frame)
      break
    default:
      dropXdp(kernel, attachment, frame, action, { told: undefined, traced: undefined, warnsOfAbort: true })
  }
  return action
}
