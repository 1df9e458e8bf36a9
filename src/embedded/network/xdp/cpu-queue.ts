import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { CpuEntry } from "../../maps/index.ts"
import { readEthernet } from "../ethernet.ts"
import { receivePacket } from "../receive.ts"
import type { Skb } from "../skb.ts"
import { attachmentOf, dropXdp, runXdp, XDP } from "./actions.ts"
import { forXdp } from "./buffer.ts"
import { redirectFrame } from "./redirect-frame.ts"
import { redirectSkb } from "./redirect-skb.ts"
import { xdpCpumapEnqueue, xdpCpumapKthread } from "./tracepoints.ts"

const ENOSPC = -errnoNumber("ENOSPC")

/** How many packets wait for each element's processor. */
const waiting = new WeakMap<CpuEntry, number>()

/** A frame of a driver waits for another processor; where there is no room it is dropped. */
export function enqueueFrame(kernel: KernelCore, mapId: number, entry: CpuEntry, frame: Skb): void {
  if (enqueue(kernel, mapId, entry, frame, true) !== 0) frame.free()
}

/** The same of a packet of the stack: 0; else the caller has it still. */
export function enqueueSkb(kernel: KernelCore, mapId: number, entry: CpuEntry, skb: Skb): number {
  skb.isRedirected = true
  return enqueue(kernel, mapId, entry, skb, false)
}

function enqueue(kernel: KernelCore, mapId: number, entry: CpuEntry, skb: Skb, isFrame: boolean): number {
  const count = waiting.get(entry) ?? 0
  const hasRoom = count < entry.queue
  if (hasRoom) {
    waiting.set(entry, count + 1)
    kernel.network.enqueue(skb, () => {
      waiting.set(entry, (waiting.get(entry) ?? 1) - 1)
      onProcessor(kernel, entry.cpu, () => receive(kernel, mapId, entry, skb, isFrame))
    })
  }
  xdpCpumapEnqueue(kernel, mapId, hasRoom ? 1 : 0, hasRoom ? 0 : 1, entry.cpu)
  return hasRoom ? 0 : ENOSPC
}

function onProcessor(kernel: KernelCore, cpu: number, action: () => void): void {
  const { memory } = kernel
  const before = memory.runningCpu
  memory.runningCpu = cpu
  try {
    action()
  } finally {
    memory.runningCpu = before
  }
}

/** What the other processor's thread does with it: the element's own program, and up. */
function receive(kernel: KernelCore, mapId: number, entry: CpuEntry, given: Skb, isFrame: boolean): void {
  const action = entry.program ? runOwn(kernel, entry, given, isFrame) : { pass: given }
  const count = (what: string): number => (what in action ? 1 : 0)
  // Of packets of the stack only those are counted that go no further.
  const pass = entry.program && isFrame ? count("pass") : 0
  xdpCpumapKthread(kernel, mapId, { pass, drop: count("drop"), redirect: count("redirect") })
  const { pass: skb } = action
  if (!skb) return
  skb.toMac()
  skb.room = undefined
  readEthernet(kernel, skb)
  receivePacket(kernel, skb)
}

type Outcome =
  | { readonly pass: Skb }
  | { readonly pass?: undefined; readonly drop: true }
  | { readonly pass?: undefined; readonly redirect: true }

function runOwn(kernel: KernelCore, entry: CpuEntry, given: Skb, isFrame: boolean): Outcome {
  const attachment = attachmentOf(entry.program!)
  const skb = forXdp(given)
  const { device } = skb
  const action = runXdp(kernel, attachment, skb, { ingress: device })
  if (action === XDP.pass) return { pass: skb }
  if (action === XDP.redirect) {
    if (isFrame) redirectFrame(kernel, attachment.program, skb)
    else redirectSkb(kernel, attachment.program, skb)
    return { redirect: true }
  }
  dropXdp(kernel, attachment, skb, action, {
    told: undefined,
    traced: isFrame ? undefined : device,
    warnsOfAbort: isFrame,
  })
  return { drop: true }
}
