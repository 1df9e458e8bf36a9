import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { DeviceEntry, RedirectTarget, TailTarget } from "../../maps/index.ts"
import type { NetDevice } from "../device.ts"
import type { Skb } from "../skb.ts"
import { attachmentOf, dropXdp, runXdp, XDP } from "./actions.ts"
import { enqueueFrame } from "./cpu-queue.ts"
import { deviceOf } from "./objects.ts"
import { refusedOn, sendFrame } from "./send-frame.ts"
import { xdpDevmapXmit, xdpRedirect } from "./tracepoints.ts"

const [EINVAL, EOPNOTSUPP, EBADRQC] = [
  -errnoNumber("EINVAL"),
  -errnoNumber("EOPNOTSUPP"),
  -errnoNumber("EBADRQC"),
]

/** What is left to do once the driver is done with its packets, or why nothing is (−errno). */
type Plan = (() => void) | number

/** XDP_REDIRECT of a driver: the frame goes where the program said. It is gone afterwards. */
export function redirectFrame(kernel: KernelCore, program: TailTarget, frame: Skb): void {
  const { device } = frame
  const { target } = kernel.redirect
  kernel.redirect.target = undefined
  frame.toFrame()
  const plan = planOf(kernel, target, device, frame)
  const isRefused = typeof plan === "number"
  xdpRedirect(kernel, device, program, target, isRefused ? plan : 0)
  if (isRefused) frame.free()
  else plan()
}

function planOf(kernel: KernelCore, target: RedirectTarget | undefined, device: NetDevice, frame: Skb): Plan {
  if (!target) return EBADRQC
  if (target.kind === "interface") {
    const to = device.namespace.devices.get(target.index)
    return to ? toDevice(kernel, device, frame, { device: to, program: undefined }) : EINVAL
  }
  switch (target.to) {
    case "device":
      return toDevice(kernel, device, frame, target.entry)
    case "processor":
      return () => enqueueFrame(kernel, target.mapId, target.entry, frame)
    case "all":
      return toAll(kernel, device, frame, entriesFor(target, device))
    default:
      return target satisfies never
  }
}

/** All but, where that is asked for, the device that it came in on. */
export function entriesFor(
  target: Extract<RedirectTarget, { readonly to: "all" }>,
  ingress: NetDevice,
): readonly DeviceEntry[] {
  const entries = target.entries()
  return target.excludesIngress ? entries.filter(({ device }) => device.index !== ingress.index) : entries
}

function toDevice(kernel: KernelCore, from: NetDevice, frame: Skb, entry: DeviceEntry): Plan {
  const refusal = refusedFrame(kernel, deviceOf(entry.device), frame)
  return refusal !== 0 ? refusal : () => flush(kernel, from, frame, entry)
}

function toAll(kernel: KernelCore, from: NetDevice, frame: Skb, entries: readonly DeviceEntry[]): Plan {
  const open = entries.filter(({ device }) => refusedFrame(kernel, deviceOf(device), frame) === 0)
  const last = open.at(-1)
  if (!last) return () => frame.free()
  const copies = open.slice(0, -1).map(entry => [entry, frame.cloneFrame()] as const)
  return () => {
    // What was put into the queue last leaves it first.
    for (const [entry, copy] of [...copies, [last, frame] as const].toReversed())
      flush(kernel, from, copy, entry)
  }
}

/** Whether a device sends frames of XDP at all, and this one. */
function refusedFrame(kernel: KernelCore, device: NetDevice, frame: Skb): number {
  if (!device.hasXdp) return EOPNOTSUPP
  // Since 6.3 a device says whether its other end takes frames.
  if (device.kind === "veth" && kernel.since("6.3") && !device.peer?.xdp.native) return EOPNOTSUPP
  return refusedOn(device, frame)
}

/** The element's own program, and out. */
function flush(kernel: KernelCore, from: NetDevice, frame: Skb, entry: DeviceEntry): void {
  const to = deviceOf(entry.device)
  if (entry.program) {
    const attachment = attachmentOf(entry.program)
    const action = runXdp(kernel, attachment, frame, { ingress: from, egress: to })
    if (action !== XDP.pass) {
      dropXdp(kernel, attachment, frame, action, { told: undefined, traced: to })
      xdpDevmapXmit(kernel, from, to, 0, 0)
      return
    }
    frame.toFrame()
  }
  const result = sendFrame(kernel, to, frame)
  xdpDevmapXmit(kernel, from, to, result === 0 ? 1 : 0, result)
  if (result !== 0) frame.free()
}
