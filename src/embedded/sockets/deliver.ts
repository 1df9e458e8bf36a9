import { errnoNumber } from "../../base/index.ts"
import { hasGroupPrograms, runGroupPrograms } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { Skb } from "../network/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import type { Socket } from "./socket.ts"

const HOOKS = { ingress: "cgroup_inet_ingress", egress: "cgroup_inet_egress" } as const
/** In the softirq that takes packets in. */
const SOFTIRQ = "..s21"

const EPERM = -errnoNumber("EPERM")
const securitySockRcvSkb = securityCheck<[sock: KernelObject, skb: Skb]>(
  "sock_rcv_skb",
  "socket_sock_rcv_skb",
)

/** The programs of the socket's groups, the security modules and the socket's own filter: 0 or a negative errno. */
const skFilterTrimCap = kernelFunction(
  "sk_filter_trim_cap",
  (kernel, sock: KernelObject, skb: Skb, header: number): number => {
    const socket = kernel.sockets.at(sock.address)
    if (!socket) return EPERM
    const refused = filterByGroup(kernel, socket, skb, "ingress") || securitySockRcvSkb(kernel, sock, skb)
    return refused || filterBySocket(kernel, socket, skb, header)
  },
)

function filterBySocket(kernel: KernelCore, socket: Socket, skb: Skb, header: number): number {
  const { filter } = socket
  if (!filter) return 0
  const { owner, context } = skb
  skb.owner = socket
  const keep = Number(kernel.run(filter, skb.contextAddress, { traceFlags: SOFTIRQ }) & 0xffff_ffffn)
  skb.owner = owner
  if (keep === 0) return EPERM
  context.setEnd(Math.min(context.end, context.data + Math.max(keep, header)))
  return 0
}

/**
 * A packet has come to its socket: filters may drop it or cut it. Gives what is left from the transport's header on, of
 * `header` bytes; undefined when it was dropped.
 */
export function deliverTo(
  kernel: KernelCore,
  socket: Socket,
  skb: Skb,
  header: number,
): Uint8Array | undefined {
  return skFilterTrimCap(kernel, socket.object, skb, header) === 0 ? skb.bytes() : undefined
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
