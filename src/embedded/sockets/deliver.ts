import { hasGroupPrograms, runGroupPrograms } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { Skb } from "../network/index.ts"
import type { Socket } from "./socket.ts"

const HOOKS = { ingress: "cgroup_inet_ingress", egress: "cgroup_inet_egress" } as const
/** In the softirq that takes packets in. */
const SOFTIRQ = "..s21"

/**
 * A packet has come to its socket: the programs of the socket's groups, and its own filter, may drop it or cut it. Gives
 * what is left from the transport's header on, of `header` bytes; undefined when it was dropped.
 */
export function deliverTo(
  kernel: KernelCore,
  socket: Socket,
  skb: Skb,
  header: number,
): Uint8Array | undefined {
  if (filterByGroup(kernel, socket, skb, "ingress") !== 0) return undefined
  const { filter } = socket
  if (!filter) return skb.bytes()
  const { owner } = skb
  skb.owner = socket
  const keep = Number(kernel.run(filter, skb.contextAddress, { traceFlags: SOFTIRQ }) & 0xffff_ffffn)
  skb.owner = owner
  return keep === 0 ? undefined : skb.bytes().subarray(0, Math.max(keep, header))
}

/** What the programs of a socket's groups say to a packet, which they see from its network header on: 0 or −EPERM. */
export function filterByGroup(
  kernel: KernelCore,
  socket: Socket,
  skb: Skb,
  direction: "ingress" | "egress",
): number {
  const hook = HOOKS[direction]
  if (!socket.isInternet || !hasGroupPrograms(kernel, socket.group, hook)) return 0
  const { owner, context } = skb
  const start = context.data
  skb.toNetwork()
  skb.owner = socket
  const refused = runGroupPrograms(kernel, socket.group, hook, skb.contextAddress, {
    traceFlags: SOFTIRQ,
    // 2 and 3 are 0 and 1 with congestion told.
    ...(direction === "egress" && { onFlags: () => undefined }),
  })
  skb.owner = owner
  context.moveTo(start)
  return refused
}
