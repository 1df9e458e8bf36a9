import { errnoNumber } from "../../base/index.ts"
import { findHeader, lookupNextHop, SRH } from "../network/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"
import { popBytes, pushBytes } from "./packet-room.ts"
import { pushSegments, routedPacket } from "./tunnel-helpers.ts"

const [EINVAL, EFAULT, EBADMSG, ENOMEM] = [
  -errnoNumber("EINVAL"),
  -errnoNumber("EFAULT"),
  -errnoNumber("EBADMSG"),
  -errnoNumber("ENOMEM"),
]
/** SEG6_LOCAL_ACTION_END_… */
const ACTION = { nextHop: 2, table: 3, decapsulate: 7, insert: 9, encapsulate: 10 } as const
const [ADDRESS, TABLE] = [16, 4]
const [INLINE, OUTER] = [1, 0]
const IPV6_IN_IPV6 = 41
const IPV6_HEADER = 40

/** What End.BPF does besides: looks up a way, takes the outer headers off, or pushes more of them. */
const action: HelperFunction = (kernel, [context, what, parameter, length]) => {
  const { core, memory } = kernel
  const skb = routedPacket(kernel, context, "bpf_lwt_seg6_action")
  const state = core.network.segmentRouting
  const at = memoryArgument(kernel, parameter, length)
  const bytes = memory.read(at, Number(length))
  const table = (): number => memory.view.getInt32(at, true)
  switch (word(what)) {
    case ACTION.nextHop:
      if (!state.isValid(core, skb)) return EBADMSG
      return bytes.length === ADDRESS ? lookupNextHop(core, skb, bytes) : EINVAL
    case ACTION.table:
      if (!state.isValid(core, skb)) return EBADMSG
      return bytes.length === TABLE ? lookupNextHop(core, skb, undefined, table()) : EINVAL
    case ACTION.decapsulate: {
      if (!state.isValid(core, skb)) return EBADMSG
      if (bytes.length !== TABLE) return EINVAL
      const inner = findHeader(skb.bytes(), IPV6_IN_IPV6)
      if (inner === undefined) return EBADMSG
      skb.pull(inner)
      skb.context.setHeader("network", skb.context.data)
      skb.context.isEncapsulated = false
      state.take(core, skb)
      return lookupNextHop(core, skb, undefined, table())
    }
    case ACTION.insert:
    case ACTION.encapsulate: {
      if (state.at !== undefined && !state.isValid(core, skb)) return EBADMSG
      const kind = word(what) === ACTION.insert ? INLINE : OUTER
      const result = pushSegments(kernel, context, kind, bytes)
      if (result === 0) state.take(core, skb)
      return result
    }
    default:
      return EINVAL
  }
}

/** Flags, tag and options of the routing header may be written, not its segments. */
const storeBytes: HelperFunction = (kernel, [context, offset, buffer, length]) => {
  const skb = routedPacket(kernel, context, "bpf_lwt_seg6_store_bytes")
  const state = kernel.core.network.segmentRouting
  const from = memoryArgument(kernel, buffer, length)
  if (state.at === undefined) return EINVAL
  const { data } = skb.context
  const [start, end] = [word(offset), word(offset) + word(length)]
  const last = kernel.memory.bytes[data + state.at + SRH.last]!
  // The kernel counts segments from the header's start here: the last eight bytes of the first one count as options.
  const options = state.at + (last + 1) * SRH.segmentBytes
  const isOptions = start >= options && end <= state.at + SRH.segments + state.length
  if (isOptions) state.isKnownGood = false
  else if (start < state.at + SRH.flags || end > state.at + SRH.segments) return EFAULT
  if (end > skb.context.get("len")) return EFAULT
  kernel.memory.bytes.copyWithin(data + start, from, from + word(length))
  return 0
}

/** Makes room for options in the routing header, or takes them out. */
const adjust: HelperFunction = (kernel, [context, offset, difference]) => {
  const skb = routedPacket(kernel, context, "bpf_lwt_seg6_adjust_srh")
  const state = kernel.core.network.segmentRouting
  if (state.at === undefined) return EINVAL
  const { bytes, view } = kernel.memory
  const by = Number(BigInt.asIntN(32, difference))
  const at = word(offset)
  const last = bytes[skb.context.data + state.at + SRH.last]!
  const options = state.at + SRH.segments + (last + 1) * SRH.segmentBytes
  const end = state.at + SRH.segments + state.length
  if (at < options || at > end || (by < 0 && at - by > end)) return EFAULT
  if (by > 0) pushBytes(kernel, context, skb.context, { at, count: by })
  else if (!popBytes(kernel, skb.context, { at, count: -by })) return ENOMEM
  const { data } = skb.context
  skb.context.setHeader("network", data)
  view.setUint16(data + 4, skb.context.get("len") - IPV6_HEADER)
  state.length += by
  state.isKnownGood = false
  return 0
}

/** Helpers of End.BPF. */
export const SEGMENT_ROUTING_HELPERS: HelperTable = {
  bpf_lwt_seg6_action: action,
  bpf_lwt_seg6_store_bytes: storeBytes,
  bpf_lwt_seg6_adjust_srh: adjust,
}
