/** Segment routing over IPv6 (RFC 8754, RFC 8986): headers that are pushed, and the End.BPF action. */
export { endBpf } from "./end-bpf.ts"
export { findHeader, isValidSegmentRouting, SRH } from "./header.ts"
export { lookupNextHop } from "./next-hop.ts"
export { encapsulate, pushInline, pushOuter } from "./push.ts"
export { SegmentRoutingState } from "./state.ts"
