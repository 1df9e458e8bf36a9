import { SkbContext } from "../packets/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperKernel, HelperTable } from "./helper.ts"

const skbOf = (kernel: HelperKernel, context: bigint): SkbContext =>
  new SkbContext(kernel.memory, memoryArgument(kernel, context, 192n))

/** Helpers about the hash of a packet's flow. */
export const HASH_HELPERS: HelperTable = {
  bpf_get_hash_recalc: (kernel, [context]) => {
    const skb = skbOf(kernel, context)
    skb.set("hash", kernel.network.flowHash(skb, Number(context)))
    return skb.get("hash")
  },
  bpf_set_hash_invalid: (kernel, [context]) => {
    skbOf(kernel, context).set("hash", 0)
    return 0
  },
  bpf_set_hash: (kernel, [context, hash]) => {
    skbOf(kernel, context).set("hash", word(hash))
    return 0
  },
}
