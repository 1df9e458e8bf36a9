import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { DeviceEntry, RedirectTarget, TailTarget } from "../../maps/index.ts"
import type { NetDevice } from "../device.ts"
import type { Skb } from "../skb.ts"
import { startXmit } from "../transmit.ts"
import { attachmentOf, dropXdp, runXdp, XDP } from "./actions.ts"
import { forXdp } from "./buffer.ts"
import { enqueueSkb } from "./cpu-queue.ts"
import { deviceOf } from "./objects.ts"
import { entriesFor } from "./redirect-frame.ts"
import { refusedOn } from "./send-frame.ts"
import { xdpRedirect } from "./tracepoints.ts"

const [EINVAL, EBADRQC] = [-errnoNumber("EINVAL"), -errnoNumber("EBADRQC")]

/** XDP_REDIRECT in the stack: the packet, from its link-layer header on, goes where the program said. It is gone afterwards. */
export function redirectSkb(kernel: KernelCore, program: TailTarget, skb: Skb): void {
  const { device } = skb
  const { target } = kernel.redirect
  kernel.redirect.target = undefined
  const result = send(kernel, target, device, skb)
  xdpRedirect(kernel, device, program, target, result)
  if (result !== 0) skb.free()
}

/** 0; else the caller has the packet still. */
function send(kernel: KernelCore, target: RedirectTarget | undefined, device: NetDevice, skb: Skb): number {
  if (!target) return EBADRQC
  if (target.kind === "interface") {
    const to = device.namespace.devices.get(target.index)
    return to ? toDevice(kernel, skb, { device: to, program: undefined }) : EINVAL
  }
  switch (target.to) {
    case "device":
      return toDevice(kernel, skb, target.entry)
    case "processor":
      return enqueueSkb(kernel, target.mapId, target.entry, skb)
    case "all":
      return toAll(kernel, skb, entriesFor(target, device))
    default:
      return target satisfies never
  }
}

function toAll(kernel: KernelCore, skb: Skb, entries: readonly DeviceEntry[]): number {
  const last = entries.at(-1)
  if (!last) {
    skb.free()
    return 0
  }
  for (const entry of entries.slice(0, -1)) {
    const copy = skb.clone()
    const result = toDevice(kernel, copy, entry)
    if (result === 0) continue
    copy.free()
    return result
  }
  return toDevice(kernel, skb, last)
}

function toDevice(kernel: KernelCore, skb: Skb, { device, program }: DeviceEntry): number {
  const to = deviceOf(device)
  const refusal = refusedOn(to, skb)
  if (refusal !== 0) return refusal
  const sent = program ? runOn(kernel, skb, to, program) : skb
  if (!sent) return 0
  sent.device = to
  startXmit(kernel, sent)
  return 0
}

/** The element's own program: the packet that goes on, if one does. */
function runOn(kernel: KernelCore, given: Skb, to: NetDevice, program: TailTarget): Skb | undefined {
  const attachment = attachmentOf(program)
  const skb = forXdp(given)
  const action = runXdp(kernel, attachment, skb, { ingress: skb.device, egress: to })
  skb.room = undefined
  if (action === XDP.pass) return skb
  dropXdp(kernel, attachment, skb, action, { told: undefined, traced: to })
  return undefined
}
