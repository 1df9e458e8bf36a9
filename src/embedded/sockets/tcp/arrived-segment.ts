import type { Skb } from "../../network/index.ts"
import type { Ends, Segment } from "../transport-headers.ts"

/** A segment that has come to a socket. Probes see the packet. */
export interface ArrivedSegment {
  readonly address: number
  readonly skb: Skb
  readonly ends: Ends
  /** As the filters on its way have left it. */
  readonly segment: Segment
}

export function arrivedSegment(skb: Skb, ends: Ends, segment: Segment): ArrivedSegment {
  return {
    get address() {
      return skb.address
    },
    skb,
    ends,
    segment,
  }
}
