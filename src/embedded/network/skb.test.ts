import { expect, test } from "vitest"
import { loadBuiltinProfile } from "../../profile/node.ts"
import { EmbeddedKernel } from "../embedded-kernel.ts"
import { Skb } from "./skb.ts"

test("a packet that outgrows its buffer is in another one, with its headers, and gives both back", async () => {
  const kernel = new EmbeddedKernel(await loadBuiltinProfile("6.12"))
  const { used } = kernel.memory.kernel
  const bytes = Uint8Array.from({ length: 100 }, (_, index) => index)
  const skb = new Skb(kernel, kernel.network.loopback(kernel.network.initial), bytes, 14)
  const { context } = skb
  skb.pull(14)
  for (const [before, behind] of [
    [1000, 0],
    [0, 5000],
  ] as const) {
    skb.expand(before, behind)
    expect(context.headroom).toBeGreaterThanOrEqual(before)
    expect(context.tailroom).toBeGreaterThanOrEqual(behind)
    expect(skb.bytes()).toEqual(bytes.subarray(14))
    expect(context.header("network")).toBe(context.data)
    expect(kernel.memory.read(context.header("mac"), 100)).toEqual(bytes)
  }
  skb.free()
  expect(kernel.memory.kernel.used).toBe(used)
})
