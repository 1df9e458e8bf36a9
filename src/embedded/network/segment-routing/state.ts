import type { KernelCore } from "../../core.ts"
import { PROTOCOL } from "../headers.ts"
import type { Skb } from "../skb.ts"
import { findHeader, isValidSegmentRouting, SRH } from "./header.ts"

/** What is known of the routing header of the packet that a program of End.BPF has (struct seg6_bpf_srh_state). */
export class SegmentRoutingState {
  /** Where it is from the packet's start on; undefined where there is none. */
  at: number | undefined
  /** Bytes behind its first eight, as programs have made it. */
  length = 0
  /** Nothing of it was changed since it was looked at. */
  isKnownGood = true

  /** Takes the header that a packet has now. */
  take(kernel: KernelCore, skb: Skb, at = findHeader(packetOf(kernel, skb), PROTOCOL.ipv6Route)): void {
    this.at = at
    this.length = at === undefined ? 0 : kernel.memory.bytes[skb.context.data + at + SRH.length]! * 8
    this.isKnownGood = true
  }

  /** Whether what programs have made of it is one still; its length is put in (seg6_bpf_has_valid_srh). */
  isValid(kernel: KernelCore, skb: Skb): boolean {
    if (this.at === undefined) return false
    if (this.isKnownGood) return true
    if (this.length % 8 !== 0) return false
    const start = skb.context.data + this.at
    const { bytes } = kernel.memory
    bytes[start + SRH.length] = this.length / 8
    const header = bytes.subarray(start, Math.min(start + SRH.segments + this.length, skb.context.end))
    this.isKnownGood = isValidSegmentRouting(header, { isReduced: true })
    return this.isKnownGood
  }
}

/** The bytes of a packet where they are. */
export function packetOf({ memory }: KernelCore, { context }: Skb): Uint8Array {
  return memory.bytes.subarray(context.data, context.data + context.get("len"))
}
