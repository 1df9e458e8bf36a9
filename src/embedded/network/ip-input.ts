import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { checksumOf } from "./checksum.ts"
import { isFragment } from "./fragments.ts"
import { DONT_FRAGMENT, destinationAt, ETH_P_IP, type IpHeader } from "./headers.ts"
import { runTunnel } from "./hooks/tunnels.ts"
import { sendIcmpError } from "./icmp/send-error.ts"
import { outputIp } from "./ip-output.ts"
import { encapsulate, endBpf } from "./segment-routing/index.ts"
import { PACKET, type Skb } from "./skb.ts"

/** An IP packet that has come in, of either version. Frees it. */
export function receiveIp(kernel: KernelCore, skb: Skb): void {
  const receive = skb.protocol === ETH_P_IP ? ipRcv : ipv6Rcv
  const device = skb.device.object
  receive(kernel, skb, device, 0, device)
}

/** Protocols that Linux takes without a word, and the model not at all: IGMP, headers of IPv6 that others follow. */
const KNOWN: Readonly<Record<"ipv4" | "ipv6", readonly number[]>> = { ipv4: [2], ipv6: [0, 43, 44, 59, 60] }

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
  if (isMartian(kernel, skb)) return drop(skb)
  skb.route = skb.device.namespace.routes.find(destinationAt(kernel.memory.bytes, skb.context.data))
  return kernel.network.nested(() => takeRoute(kernel, skb)) ?? drop(skb)
}

/** It comes over a link and claims to be from this machine, as none can (fib_validate_source); IPv6 does not look. */
function isMartian({ memory }: KernelCore, { protocol, device, context }: Skb): boolean {
  if (protocol !== ETH_P_IP || device.kind === "loopback") return false
  const source = memory.read(context.data + 12, 4)
  return device.namespace.routes.find(source, "local") !== undefined
}

/** By the way that was found: to this machine, or on its way through (dst_input). */
function takeRoute(kernel: KernelCore, skb: Skb): number {
  const { route } = skb
  if (!route) return refuse(kernel, skb)
  const way = runTunnel(kernel, skb, "in", route.tunnel?.in)
  if (typeof way === "number") return drop(skb)
  if (way === "reroute") return routeInput(kernel, skb)
  if (route.tunnel?.seg6local) {
    const end = endBpf(kernel, skb, route.tunnel.seg6local)
    return end === "drop" ? drop(skb) : (kernel.network.nested(() => takeRoute(kernel, skb)) ?? drop(skb))
  }
  if (route.segments) {
    // Only the outer header counts this hop.
    encapsulate(kernel, skb, route.segments)
    return kernel.network.nested(() => routeInput(kernel, skb)) ?? drop(skb)
  }
  const ip = skb.ipHeader()
  if (!ip) return drop(skb)
  if (route.kind === "blackhole") return drop(skb)
  if (route.kind === "unreachable" || route.kind === "prohibit") return refuse(kernel, skb, route.kind)
  if (route.kind === "local") return isV4(ip) ? ipLocalDeliver(kernel, skb) : ip6Input(kernel, skb)
  const { forwards } = skb.device.namespace
  const [isOn] = isV4(ip) ? forwards.ipv4 : forwards.ipv6
  return isOn !== 0 ? forward(kernel, skb, ip) : drop(skb)
}

const ipLocalDeliver = kernelFunction("ip_local_deliver", deliverLocally)
const ip6Input = kernelFunction("ip6_input", deliverLocally)

function deliverLocally(kernel: KernelCore, skb: Skb): number {
  if (!becomesWhole(skb)) return drop(skb)
  const ip = skb.ipHeader()
  const { device } = skb
  if (!ip || !device.namespace.netfilter.accepts(kernel, skb, "input", { input: device })) return drop(skb)
  skb.pull(ip.size)
  skb.transport = skb.context.data
  const transport = kernel.network.transports.get(ip.protocol)
  if (transport) transport(kernel, skb, ip)
  else if (!(isV4(ip) ? KNOWN.ipv4 : KNOWN.ipv6).includes(ip.protocol))
    sendIcmpError(kernel, skb, "no protocol")
  return skb.isKept ? 0 : drop(skb)
}

/** A packet in fragments waits for all of them, and goes on as one. */
function becomesWhole(skb: Skb): boolean {
  const bytes = skb.bytes()
  if (!isFragment(bytes)) return true
  const whole = skb.device.namespace.reassembly.add(bytes)
  if (!whole) return false
  skb.expand(0, whole.length)
  skb.replace(whole)
  return true
}

/** No route leads there, or one that refuses: a router of IPv4 says so, and every machine of IPv6. */
function refuse(kernel: KernelCore, skb: Skb, kind?: "unreachable" | "prohibit"): number {
  const isV4 = skb.protocol === ETH_P_IP
  const isSilent = isV4 && skb.device.namespace.forwards.ipv4[0] === 0
  const unreachable = kind === "unreachable" && isV4 ? "no host" : "no route"
  if (!isSilent) sendIcmpError(kernel, skb, kind === "prohibit" ? "forbidden" : unreachable)
  return drop(skb)
}

/** On its way through: one hop less to live. */
function forward(kernel: KernelCore, skb: Skb, ip: IpHeader): number {
  // What belongs to a socket already is not for others.
  if (skb.owner || skb.context.get("pkt_type") !== PACKET.host) return drop(skb)
  if (ip.ttl <= 1) {
    sendIcmpError(kernel, skb, "no hops left")
    return drop(skb)
  }
  const { bytes, view } = kernel.memory
  const at = skb.context.data
  const mtu = skb.route?.device.mtu ?? 0
  const mayBeCut = isV4(ip) && (view.getUint16(at + 6) & DONT_FRAGMENT) === 0
  if (ip.length > mtu && !mayBeCut) {
    sendIcmpError(kernel, skb, "too long", mtu)
    return drop(skb)
  }
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
