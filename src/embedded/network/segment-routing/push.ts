import type { KernelCore } from "../../core.ts"
import { buildIp, DEFAULT_TTL, ETH_P_IPV6, PROTOCOL } from "../headers.ts"
import type { Skb } from "../skb.ts"
import { IPV6_HEADER, SEGMENT_ROUTING, SRH } from "./header.ts"

/** IPv4 and IPv6 in IPv6. */
const INSIDE = { ipv4: 4, ipv6: 41 } as const
const [LENGTH_AT, NEXT_AT, DESTINATION_AT] = [4, 6, 24]
const ADDRESS_BYTES = 16

/** Puts a packet into an outer one of IPv6 with a routing header, which goes to the header's first segment (seg6_do_srh_encap). */
export function pushOuter(kernel: KernelCore, skb: Skb, header: Uint8Array, protocol: number): void {
  const inner = skb.ipHeader()
  const routing = header.slice()
  routing[SRH.next] = protocol
  const first = segmentOf(routing, routing[SRH.last]!)
  const outer = buildIp(
    {
      source: sourceOn(skb, first),
      destination: first,
      protocol: PROTOCOL.ipv6Route,
      // What goes through takes the outer header's hops.
      ttl: skb.protocol === ETH_P_IPV6 && inner ? inner.ttl : DEFAULT_TTL,
      tos: skb.protocol === ETH_P_IPV6 && inner ? inner.tos : 0,
    },
    routing,
  )
  const length = skb.context.get("len")
  skb.push(outer.length)
  kernel.memory.write(skb.context.data, outer)
  finish(kernel, skb, routing.length + length)
  skb.context.isEncapsulated = true
  skb.protocol = ETH_P_IPV6
}

/** Puts a routing header into a packet of IPv6, whose destination becomes the last segment (seg6_do_srh_inline). */
export function pushInline(kernel: KernelCore, skb: Skb, header: Uint8Array): void {
  const { memory } = kernel
  const ip = memory.read(skb.context.data, IPV6_HEADER)
  const routing = header.slice()
  routing[SRH.next] = ip[NEXT_AT]!
  routing.set(ip.subarray(DESTINATION_AT, DESTINATION_AT + ADDRESS_BYTES), SRH.segments)
  ip[NEXT_AT] = PROTOCOL.ipv6Route
  ip.set(segmentOf(routing, routing[SRH.last]!), DESTINATION_AT)
  skb.push(routing.length)
  memory.write(skb.context.data, ip)
  memory.write(skb.context.data + IPV6_HEADER, routing)
  finish(kernel, skb, skb.context.get("len") - IPV6_HEADER)
}

/** What a route with segments does to its packets (`encap seg6 mode encap`): the list stands in the header backwards. */
export function encapsulate(kernel: KernelCore, skb: Skb, segments: readonly Uint8Array[]): void {
  const list = segments.toReversed()
  const last = list.length - 1
  const header = new Uint8Array(SRH.segments + list.length * SRH.segmentBytes)
  header.set([0, header.length / 8 - 1, SEGMENT_ROUTING, last, last])
  list.forEach((segment, index) => {
    header.set(segment, SRH.segments + index * SRH.segmentBytes)
  })
  pushOuter(kernel, skb, header, skb.protocol === ETH_P_IPV6 ? INSIDE.ipv6 : INSIDE.ipv4)
}

function finish({ memory }: KernelCore, skb: Skb, payload: number): void {
  const { context } = skb
  context.setHeader("network", context.data)
  memory.view.setUint16(context.data + LENGTH_AT, payload)
}

function segmentOf(header: Uint8Array, index: number): Uint8Array {
  const at = SRH.segments + index * SRH.segmentBytes
  return header.slice(at, at + SRH.segmentBytes)
}

/** One of this machine's: of the device of the packet's way where it has one. */
function sourceOn({ device, route }: Skb, destination: Uint8Array): Uint8Array {
  const devices = [...(route ? [route.device] : []), ...device.namespace.devices.values()]
  const addresses = devices
    .filter(({ kind }) => kind !== "loopback")
    .map(each => each.addressFor(destination))
  return addresses.find(address => address !== undefined) ?? new Uint8Array(ADDRESS_BYTES)
}
