import type { NetDevice } from "./device.ts"
import type { NetNamespace } from "./namespace.ts"
import { type Route, TABLES } from "./routes.ts"

/** What bpf_fib_lookup answers besides errors (BPF_FIB_LKUP_RET_…). */
export const FIB_RESULT = {
  success: 0,
  blackhole: 1,
  unreachable: 2,
  prohibit: 3,
  notForwarded: 4,
  forwardingOff: 5,
  tunnel: 6,
  noNeighbour: 7,
  tooLong: 8,
  noSource: 9,
} as const

/** A packet that somebody thinks of, by what decides over its way. */
export interface FibQuery {
  readonly source: Uint8Array
  readonly destination: Uint8Array
  /** Where it comes in, or where it is to go out. */
  readonly device: NetDevice
  readonly isOutput: boolean
  /** One routing table alone: its number. */
  readonly table?: number | undefined
  /** Bytes from the network header on; undefined where that is not to be checked. */
  readonly length?: number | undefined
}

/** Where it goes: `code` 0, or why it does not, with the MTU that it is too long for. */
export type FibAnswer =
  | {
      readonly code: typeof FIB_RESULT.success
      readonly route: Route
      readonly nextHop: Uint8Array
      readonly mtu?: number
    }
  | { readonly code: Exclude<(typeof FIB_RESULT)[keyof typeof FIB_RESULT], 0>; readonly mtu?: number }

/** Looks up the way of a packet, as the helper does (bpf_ipv4_fib_lookup, bpf_ipv6_fib_lookup): nothing is sent, nobody asked. */
export function lookUpFib(namespace: NetNamespace, query: FibQuery): FibAnswer {
  const { source, destination, device, isOutput, table, length } = query
  const isV4 = destination.length === 4
  if (!isV4 && (staysOnLink(destination) || staysOnLink(source))) return { code: FIB_RESULT.notForwarded }
  const [forwards] = isV4 ? namespace.forwards.ipv4 : namespace.forwards.ipv6
  if (forwards === 0) return { code: FIB_RESULT.forwardingOff }
  const named = table === undefined ? undefined : TABLES[table]
  if (table !== undefined && !named) return { code: FIB_RESULT.notForwarded }
  // Both tables of IPv4 are one while nobody adds rules (fib_trie_table): whichever is named, local routes are found first.
  const route = namespace.routes.find(destination, isV4 ? undefined : named, isOutput ? device : undefined)
  if (!route || route.kind === "local") return { code: FIB_RESULT.notForwarded }
  if (route.kind !== "unicast") return { code: FIB_RESULT[route.kind] }
  const { mtu } = route.device
  if (length !== undefined && length > mtu) return { code: FIB_RESULT.tooLong, mtu }
  if (route.tunnel || route.segments) return { code: FIB_RESULT.tunnel }
  const nextHop = route.gateway ?? destination
  return { code: FIB_RESULT.success, route, nextHop, ...(length !== undefined && { mtu }) }
}

/** The metric of a route: none is told by hand, so those that the kernel gives. */
export function metricOf({ destination, source }: Route): number {
  if (destination.length === 4) return 0
  return source ? 256 : 1024
}

/** Addresses of IPv6 that say nothing without a link: multicast, link-local and this machine's own (rt6_need_strict). */
function staysOnLink(address: Uint8Array): boolean {
  const isLoopback = address[15] === 1 && address.subarray(0, 15).every(byte => byte === 0)
  return address[0] === 0xff || (address[0] === 0xfe && (address[1]! & 0xc0) === 0x80) || isLoopback
}
