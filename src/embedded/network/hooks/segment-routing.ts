import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { buildIp, ETH_P_IPV6, PROTOCOL } from "../headers.ts"
import { sourceFor } from "../ip-output.ts"
import { runOnSkb } from "../run-on-skb.ts"
import type { Skb } from "../skb.ts"
import { TUNNEL } from "./tunnels.ts"

const IPV6_HEADER = 40
/** Routing type of segment routing (RFC 8754). */
const SEGMENT_ROUTING = 4
/** Of the segment routing header: where its fields and its list are. */
const [TYPE, SEGMENTS_LEFT, SEGMENTS, SEGMENT_BYTES] = [2, 3, 8, 16]

/**
 * The End.BPF action (RFC 8986, seg6local in Linux): the packet gets its next segment as destination, then the program runs. True
 * when it goes on by its new destination.
 */
export function endBpf(kernel: KernelCore, skb: Skb, attachment: Attachment): boolean {
  const { bytes } = kernel.memory
  const at = skb.context.data
  const header = at + IPV6_HEADER
  const isRouted = skb.ipHeader()?.protocol === PROTOCOL.ipv6Route && bytes[header + TYPE] === SEGMENT_ROUTING
  const left = bytes[header + SEGMENTS_LEFT] ?? 0
  if (!isRouted || left === 0) return false
  const next = left - 1
  const segment = header + SEGMENTS + next * SEGMENT_BYTES
  if (segment + SEGMENT_BYTES > skb.context.data + skb.context.get("len")) return false
  bytes[header + SEGMENTS_LEFT] = next
  bytes.copyWithin(at + 24, segment, segment + SEGMENT_BYTES)
  const code = runOnSkb(kernel, skb.contextAddress, attachment)
  return code === TUNNEL.ok || code === TUNNEL.redirect
}

/** IPv6 in IPv6. */
const ENCAPSULATED = 41
const HOPS = 64

/** Puts a packet into an outer one that goes over segments (RFC 8754): the list stands in it backwards. */
export function encapsulate(skb: Skb, segments: readonly Uint8Array[]): void {
  const [first] = segments
  const { namespace } = skb.device
  const source = first && sourceFor(namespace, first)
  if (!first || !source) return
  const list = segments.toReversed()
  const inner = skb.bytes()
  const routing = SEGMENTS + list.length * SEGMENT_BYTES
  const payload = new Uint8Array(routing + inner.length)
  const last = list.length - 1
  payload.set([ENCAPSULATED, routing / 8 - 1, SEGMENT_ROUTING, last, last])
  list.forEach((segment, index) => {
    payload.set(segment, SEGMENTS + index * SEGMENT_BYTES)
  })
  payload.set(inner, routing)
  const header = { source, destination: first, protocol: PROTOCOL.ipv6Route, ttl: HOPS, tos: 0 }
  const outer = buildIp(header, payload)
  skb.pull(inner.length - outer.length)
  skb.replace(outer)
  skb.context.setHeader("network", skb.context.data)
  skb.protocol = ETH_P_IPV6
}
