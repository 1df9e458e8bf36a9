import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { checksumOf } from "./checksum.ts"
import { destinationAt, ETH_P_IP, type IpHeader } from "./headers.ts"
import { runTunnel } from "./hooks/tunnels.ts"
import { outputIp } from "./ip-output.ts"
import { endBpf } from "./segment-routing/index.ts"
import { PACKET, type Skb } from "./skb.ts"

/** An IP packet that has come in, of either version. Frees it. */
export function receiveIp(kernel: KernelCore, skb: Skb): void {
  const receive = skb.protocol === ETH_P_IP ? ipRcv : ipv6Rcv
  const device = skb.device.object
  receive(kernel, skb, device, 0, device)
}

const ipRcv = kernelFunction("ip_rcv", checkAndRoute)
const ipv6Rcv = kernelFunction("ipv6_rcv", checkAndRoute)

function checkAndRoute(
  kernel: KernelCore,
  skb: Skb,
  _device: KernelObject,
  _type: number,
  _original: KernelObject,
): number {
  const ip = skb.context.get("pkt_type") === PACKET.otherHost ? undefined : skb.ipHeader()
  if (!ip) return drop(skb)
  // What the link padded goes.
  skb.context.setEnd(skb.context.data + ip.length)
  const { device } = skb
  if (!device.namespace.netfilter.accepts(kernel, skb, "prerouting", { input: device })) return drop(skb)
  return routeInput(kernel, skb)
}

/** Where a packet goes that has come in. */
function routeInput(kernel: KernelCore, skb: Skb): number {
  skb.route = skb.device.namespace.routes.find(destinationAt(kernel.memory.bytes, skb.context.data))
  return kernel.network.nested(() => takeRoute(kernel, skb)) ?? drop(skb)
}

/** By the way that was found: to this machine, or on its way through (dst_input). */
function takeRoute(kernel: KernelCore, skb: Skb): number {
  const { route } = skb
  if (!route) return drop(skb)
  const way = runTunnel(kernel, skb, "in", route.tunnel?.in)
  if (typeof way === "number") return drop(skb)
  if (way === "reroute") return routeInput(kernel, skb)
  if (route.tunnel?.seg6local) {
    const end = endBpf(kernel, skb, route.tunnel.seg6local)
    return end === "drop" ? drop(skb) : (kernel.network.nested(() => takeRoute(kernel, skb)) ?? drop(skb))
  }
  const ip = skb.ipHeader()
  if (!ip) return drop(skb)
  if (route.kind === "local") return isV4(ip) ? ipLocalDeliver(kernel, skb) : ip6Input(kernel, skb)
  const { forwards } = skb.device.namespace
  const [isOn] = isV4(ip) ? forwards.ipv4 : forwards.ipv6
  return isOn !== 0 ? forward(kernel, skb, ip) : drop(skb)
}

const ipLocalDeliver = kernelFunction("ip_local_deliver", deliverLocally)
const ip6Input = kernelFunction("ip6_input", deliverLocally)

function deliverLocally(kernel: KernelCore, skb: Skb): number {
  const ip = skb.ipHeader()
  const { device } = skb
  if (!ip || !device.namespace.netfilter.accepts(kernel, skb, "input", { input: device })) return drop(skb)
  skb.pull(ip.size)
  skb.transport = skb.context.data
  const transport = kernel.network.transports.get(ip.protocol)
  transport?.(kernel, skb, ip)
  return skb.isKept ? 0 : drop(skb)
}

/** On its way through: one hop less to live. */
function forward(kernel: KernelCore, skb: Skb, ip: IpHeader): number {
  if (ip.ttl <= 1) return drop(skb)
  const { bytes, view } = kernel.memory
  const at = skb.context.data
  if (isV4(ip)) {
    bytes[at + 8] = ip.ttl - 1
    view.setUint16(at + 10, 0)
    view.setUint16(at + 10, checksumOf(bytes.subarray(at, at + ip.size)))
  } else bytes[at + 7] = ip.ttl - 1
  const { device: input } = skb
  const output = skb.route?.device
  const devices = { input, ...(output && { output }) }
  if (!input.namespace.netfilter.accepts(kernel, skb, "forward", devices)) return drop(skb)
  return outputIp(kernel, skb)
}

function isV4({ source }: IpHeader): boolean {
  return source.length === 4
}

function drop(skb: Skb): number {
  skb.free()
  return 0
}
