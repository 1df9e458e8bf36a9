import { errnoNumber, NotModelledError } from "../../base/index.ts"
import {
  isValidSegmentRouting,
  lookupNextHop,
  pushInline,
  pushIpHeader,
  pushOuter,
  type Skb,
} from "../network/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"
import { makeRoom } from "./packet-room.ts"

const [EINVAL, EBADMSG] = [-errnoNumber("EINVAL"), -errnoNumber("EBADMSG")]
/** BPF_LWT_ENCAP_… */
const ENCAP = { segments: 0, inline: 1, ip: 2 } as const
const IPV6_PROTOCOL = 0xdd86
const IPV6_IN_IPV6 = 41

/** A header before the packet of a tunnel's program: of IP at both hooks, of segment routing where packets come in. */
const pushEncap: HelperFunction = (kernel, [context, type, header, length], { program }) => {
  const bytes = kernel.memory.read(memoryArgument(kernel, header, length), Number(length))
  const kind = word(type)
  if (kind === ENCAP.ip) {
    const skb = skbArgument(kernel, context)
    if (program.type === "lwt_xmit") routedPacket(kernel, context, "bpf_lwt_push_encap")
    return pushIpHeader(kernel.memory, skb, bytes, count => {
      makeRoom(kernel, context, skb, { before: count })
      skb.moveTo(skb.data - count)
    })
  }
  if (program.type !== "lwt_in" || kernel.core.profile.config("CONFIG_IPV6_SEG6_BPF") !== "y") return EINVAL
  return pushSegments(kernel, context, kind, bytes)
}

/** bpf_push_seg6_encap: the packet is on its way to the first segment afterwards. */
export function pushSegments(
  kernel: HelperKernel,
  context: bigint,
  kind: number,
  header: Uint8Array,
): number {
  if (!isValidSegmentRouting(header, { isReduced: false })) return EINVAL
  const skb = routedPacket(kernel, context, "bpf_lwt_push_encap")
  switch (kind) {
    case ENCAP.inline:
      if (skb.context.get("protocol") !== IPV6_PROTOCOL) return EBADMSG
      pushInline(kernel.core, skb, header)
      break
    case ENCAP.segments:
      pushOuter(kernel.core, skb, header, IPV6_IN_IPV6)
      break
    default:
      return EINVAL
  }
  return lookupNextHop(kernel.core, skb)
}

/** The packet of a program that a route has run: those of test runs have no route. */
export function routedPacket(kernel: HelperKernel, context: bigint, helper: string): Skb {
  const skb = kernel.network.skbAt(Number(context))
  if (skb) return skb
  throw new NotModelledError(`${helper} in a test run is not modelled by the embedded kernel yet`)
}

/** Helpers of programs on routes. */
export const TUNNEL_HELPERS: HelperTable = { bpf_lwt_push_encap: pushEncap }
