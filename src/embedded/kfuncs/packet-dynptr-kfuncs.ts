import { errnoNumber } from "../../base/index.ts"
import { clearDynptr, DYNPTR_TYPE, dynptrPlace, writeDynptr } from "../dynptr/dynptr.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"
import { skbArgument, xdpArgument } from "../helpers/packet-argument.ts"
import { int } from "./result.ts"

const EINVAL = int(-errnoNumber("EINVAL"))
/** Types whose programs may write to packets through a dynptr; to others it is for reading. */
const WRITERS: readonly string[] = ["sched_cls", "sched_act", "lwt_xmit", "sk_skb", "sk_msg"]

/** A packet in one piece is memory like any other; the program has a typed pointer (netfilter) or its context. */
const fromSkb: HelperFunction = (kernel, [skb, flags, place], { program }) => {
  const at = dynptrPlace(kernel, place)
  clearDynptr(kernel, at)
  if (flags !== 0n) return EINVAL
  const found = kernel.network.skbOf(Number(skb))?.contextAddress ?? Number(skb)
  const context = skbArgument(kernel, BigInt(found))
  writeDynptr(kernel, {
    at,
    data: context.data,
    size: context.get("len"),
    offset: 0,
    type: DYNPTR_TYPE.skb,
    readOnly: !WRITERS.includes(program.type),
  })
  return 0
}

const fromXdp: HelperFunction = (kernel, [xdp, flags, place]) => {
  const at = dynptrPlace(kernel, place)
  clearDynptr(kernel, at)
  if (flags !== 0n) return EINVAL
  const { data, end } = xdpArgument(kernel, xdp)
  const size = end - data
  writeDynptr(kernel, { at, data, size, offset: 0, type: DYNPTR_TYPE.xdp, readOnly: false })
  return 0
}

/** Kernel functions that make dynptrs of packets. */
export const PACKET_DYNPTR_KFUNCS: HelperTable = {
  bpf_dynptr_from_skb: fromSkb,
  bpf_dynptr_from_xdp: fromXdp,
}
