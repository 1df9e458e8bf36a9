import type { SkbContext } from "../packets/index.ts"
import type { HelperKernel } from "./helper.ts"

/** The largest packet that helpers make (SKB_MAX_ALLOC). */
export const MAX_PACKET_BYTES = 16_064

/**
 * Makes room for so many bytes before a packet and behind it, where need be in another buffer. Packets of test runs have a buffer
 * that holds all that helpers may ask for.
 */
export function makeRoom(
  { network }: HelperKernel,
  context: bigint,
  skb: SkbContext,
  { before = 0, behind = 0 }: { readonly before?: number; readonly behind?: number },
): void {
  if (before <= skb.headroom && behind <= skb.tailroom) return
  const packet = network.skbAt(Number(context))
  if (packet) packet.expand(before, behind)
  else skb.centre()
  if (before > skb.headroom || behind > skb.tailroom) throw new Error("BUG: a packet has too little room")
}

/** Puts zeros into a packet behind its first `at` bytes, which move to the front. */
export function pushBytes(
  kernel: HelperKernel,
  context: bigint,
  skb: SkbContext,
  { at, count }: { readonly at: number; readonly count: number },
): void {
  makeRoom(kernel, context, skb, { before: count })
  const { bytes } = kernel.memory
  const { data } = skb
  bytes.copyWithin(data - count, data, data + at)
  skb.moveTo(data - count)
  bytes.fill(0, skb.data + at, skb.data + at + count)
}

/** Takes bytes out of a packet behind its first `at` ones. False where there are not so many. */
export function popBytes(
  { memory: { bytes } }: HelperKernel,
  skb: SkbContext,
  { at, count }: { readonly at: number; readonly count: number },
): boolean {
  const { data } = skb
  if (at + count > skb.get("len")) return false
  bytes.copyWithin(data + count, data, data + at)
  skb.moveTo(data + count)
  return true
}
