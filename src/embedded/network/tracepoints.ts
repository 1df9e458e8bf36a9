import { tracepoint } from "../tracing/tracepoint.ts"
import type { Skb } from "./skb.ts"

const record = (skb: Skb) => ({
  skbaddr: BigInt(skb.address),
  len: skb.context.get("len"),
  name: skb.device.name,
})

export const netDevQueue = tracepoint("net", "net_dev_queue", (_kernel, skb: Skb) => record(skb))
export const netifReceiveSkb = tracepoint("net", "netif_receive_skb", (_kernel, skb: Skb) => record(skb))
export const netifRxEvent = tracepoint("net", "netif_rx", (_kernel, skb: Skb) => record(skb))
