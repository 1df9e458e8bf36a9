import { word } from "./argument.ts"
import type { HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"

/** Helpers about the hash of a packet's flow. */
export const HASH_HELPERS: HelperTable = {
  bpf_get_hash_recalc: (kernel, [context]) => {
    const skb = skbArgument(kernel, context)
    skb.set("hash", kernel.network.flowHash(skb, Number(context)))
    return skb.get("hash")
  },
  bpf_set_hash_invalid: (kernel, [context]) => {
    skbArgument(kernel, context).set("hash", 0)
    return 0
  },
  bpf_set_hash: (kernel, [context, hash]) => {
    skbArgument(kernel, context).set("hash", word(hash))
    return 0
  },
}
