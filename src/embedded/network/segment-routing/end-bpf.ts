import type { KernelCore } from "../../core.ts"
import type { Attachment } from "../../tracing/hooks.ts"
import { PROTOCOL } from "../headers.ts"
import { TUNNEL } from "../hooks/tunnels.ts"
import { runOnSkb } from "../run-on-skb.ts"
import type { Skb } from "../skb.ts"
import { findHeader, isValidSegmentRouting, SRH } from "./header.ts"
import { lookupNextHop } from "./next-hop.ts"
import { packetOf } from "./state.ts"

const DESTINATION_AT = 24

/**
 * The End.BPF action (RFC 8986, seg6local in Linux): the packet gets its next segment as destination, then the program runs. It
 * goes on by the way that is on it then: that of its new destination, or the one that the program has looked up.
 */
export function endBpf(kernel: KernelCore, skb: Skb, attachment: Attachment): "on" | "drop" {
  const packet = packetOf(kernel, skb)
  const at = findHeader(packet, PROTOCOL.ipv6Route, true)
  if (at === undefined) return "drop"
  const header = packet.subarray(at, at + (packet[at + SRH.length]! + 1) * 8)
  if (!isValidSegmentRouting(header, { isReduced: true })) return "drop"
  const next = header[SRH.left]! - 1
  const segment = SRH.segments + next * SRH.segmentBytes
  header[SRH.left] = next
  packet.set(header.subarray(segment, segment + SRH.segmentBytes), DESTINATION_AT)
  const state = kernel.network.segmentRouting
  state.take(kernel, skb, at)
  const code = runOnSkb(kernel, skb.contextAddress, attachment)
  if (code !== TUNNEL.ok && code !== TUNNEL.redirect) return "drop"
  if (state.at !== undefined && !state.isValid(kernel, skb)) return "drop"
  if (code === TUNNEL.ok) lookupNextHop(kernel, skb)
  return "on"
}
