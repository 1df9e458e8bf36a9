import { errnoNumber } from "../../base/index.ts"
import { SKB_FIELD } from "../packets/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"
import { socketBehind } from "./socket-argument.ts"

const [EINVAL, EOPNOTSUPP] = [-errnoNumber("EINVAL"), -errnoNumber("EOPNOTSUPP")]
const [ETH_P_IP, ETH_P_IPV6] = [0x0800, 0x86dd]
/** Whose packets belong to nobody; and whose socket a test run makes. */
const [OVERFLOW_UID, ROOT] = [65534, 0]
/** Clocks of a time stamp: with 6.11 the first became the real time, and there is one of TAI. */
const [FIRST_CLOCK, MONOTONIC, TAI] = [0, 1, 2]

const getUid: HelperFunction = (kernel, [context], invocation) => {
  const socket = socketBehind(kernel, context, invocation)
  if (socket) return socket.object.number("sk_uid.val")
  const pointer = kernel.memory.view.getBigUint64(Number(context) + SKB_FIELD.sk, true)
  return pointer === 0n ? OVERFLOW_UID : ROOT
}

/** When a packet is to leave. */
const setTime: HelperFunction = (kernel, [context, time, clock]) => {
  const skb = skbArgument(kernel, context)
  if (skb.protocol !== ETH_P_IP && skb.protocol !== ETH_P_IPV6) return EOPNOTSUPP
  const isSplit = kernel.since("6.11")
  const kind = word(clock)
  if (kind > (isSplit ? TAI : MONOTONIC)) return EINVAL
  // Without a clock there was no time either; with one there is.
  if (kind === FIRST_CLOCK ? !isSplit && time !== 0n : time === 0n) return EINVAL
  kernel.memory.view.setBigUint64(Number(context) + SKB_FIELD.tstamp, time, true)
  kernel.memory.view.setUint8(Number(context) + SKB_FIELD.tstamp_type, kind)
  return 0
}

/** No policy of IPsec is there: no packet was decrypted by one. */
const getTransform: HelperFunction = (kernel, [, , to, size]) => {
  const at = memoryArgument(kernel, to, size)
  kernel.memory.bytes.fill(0, at, at + word(size))
  return EINVAL
}

/** Helpers that tell who a packet belongs to, and say when it leaves. */
export const PACKET_FACT_HELPERS: HelperTable = {
  bpf_get_socket_uid: getUid,
  /** Classes are of the net_cls controller of control groups of version 1, which are not there. */
  bpf_get_cgroup_classid: () => 0,
  bpf_skb_cgroup_classid: () => 0,
  /** No route has a realm. */
  bpf_get_route_realm: () => 0,
  bpf_skb_set_tstamp: setTime,
  bpf_skb_get_xfrm_state: getTransform,
}
