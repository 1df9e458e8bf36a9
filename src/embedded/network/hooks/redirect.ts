import type { KernelCore } from "../../core.ts"
import type { NetDevice } from "../device.ts"
import { pushEthernet, readEthernet } from "../ethernet.ts"
import type { Skb } from "../skb.ts"
import { transmitPacket } from "../transmit.ts"

/** Where bpf_redirect and its kin send the packet of the program that calls them. */
export interface Redirect {
  /** Of a device in the packet's namespace. */
  readonly index: number
  /** "in": it comes in there; "peer": at the device's other end; "neighbour": with the link's address of the next hop. */
  readonly way: "out" | "in" | "peer" | "neighbour"
  /** The next hop that the program names. */
  readonly nextHop?: Uint8Array
}

/** Sends a packet, which starts at its link-layer header, where its program said. Without a device it is dropped. */
export function redirectPacket(kernel: KernelCore, skb: Skb): number {
  return sendElsewhere(kernel, skb, kernel.network.takeRedirect())
}

/** Sends a copy of a packet elsewhere, at once. False where there is no such device. */
export function redirectClone(kernel: KernelCore, skb: Skb, redirect: Redirect): boolean {
  if (!skb.device.namespace.devices.has(redirect.index)) return false
  const clone = skb.clone()
  clone.toMac()
  sendElsewhere(kernel, clone, redirect)
  return true
}

function sendElsewhere(kernel: KernelCore, skb: Skb, redirect: Redirect | undefined): number {
  const { devices } = skb.device.namespace
  const device = redirect && devices.get(redirect.index)
  const target = redirect?.way === "peer" ? device?.peer : device
  if (!redirect || !target?.isUp) {
    skb.free()
    return 0
  }
  if (redirect.way === "in" || redirect.way === "peer") {
    skb.device = target
    readEthernet(kernel, skb)
    kernel.network.enqueue(skb)
    return 0
  }
  skb.device = target
  if (redirect.way === "neighbour") {
    skb.toNetwork()
    const nextHop = redirect.nextHop ?? wayOut(skb, target)
    const station = nextHop && target.neighbour(nextHop)
    if (!station) {
      skb.free()
      return 0
    }
    pushEthernet(kernel, skb, station)
  }
  return transmitPacket(kernel, skb)
}

/** The next hop of a packet out of a device: by the route there, or on its link where there is none. */
function wayOut(skb: Skb, device: NetDevice): Uint8Array | undefined {
  const destination = skb.ipHeader()?.destination
  const route = destination && device.namespace.routes.find(destination, "main", device)
  return (route?.kind === "unicast" && route.gateway) || destination
}

/** A route's program sends its packet elsewhere: it has put a link-layer header in front, or the packet is dropped. */
export function redirectFromTunnel(kernel: KernelCore, skb: Skb): number {
  const { context } = skb
  context.setHeader("mac", context.data)
  if (context.data < context.header("network")) return redirectPacket(kernel, skb)
  kernel.network.takeRedirect()
  skb.free()
  return 0
}
