import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { PROTOCOL } from "../headers.ts"
import { skbFacts } from "../run-on-skb.ts"
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
  const code = Number(BigInt.asIntN(32, kernel.run(attachment, skb.contextAddress, skbFacts)))
  return code === TUNNEL.ok || code === TUNNEL.redirect
}
