import type { Errno } from "../../base/index.ts"
import type { NetDevice } from "./device.ts"
import type { Tunnel, TunnelHook } from "./hooks/tunnels.ts"

/** Routes that refuse what they are found for. */
export type RefusingKind = "blackhole" | "unreachable" | "prohibit"

/** What a sender on this machine is told of packets for such routes. */
export const ROUTE_ERRORS: Readonly<Partial<Record<Route["kind"], Errno>>> = {
  blackhole: "EINVAL",
  unreachable: "EHOSTUNREACH",
  prohibit: "EACCES",
}

export interface Route {
  /** 4 or 16 bytes. */
  readonly destination: Uint8Array
  /** How many bits of it count. */
  readonly prefix: number
  /** "local": it is for this machine. Those that refuse lead nowhere: without a word, as unreachable, as forbidden. */
  readonly kind: "local" | "unicast" | RefusingKind
  /** Of those that refuse: the loopback. */
  readonly device: NetDevice
  /** The next hop; the destination itself when left out. */
  readonly gateway?: Uint8Array
  /** The segments that its packets are sent over, in an outer header. */
  readonly segments?: readonly Uint8Array[]
  /** Programs that see its packets, and what they were called when they were put in. */
  readonly tunnel?: Tunnel
  readonly labels?: Readonly<Partial<Record<TunnelHook, string>>>
  /** Of routes that follow from an address: that one. */
  readonly source?: Uint8Array
}

/** The routes of a namespace: the longest prefix wins, local ones before others as their table comes first. */
export class RouteTable {
  readonly #routes: Route[] = []

  add(route: Route): () => void {
    this.#routes.push(route)
    this.#routes.sort((a, b) => rank(b) - rank(a))
    return () => this.remove(other => other === route)
  }

  removeDevice(device: NetDevice): void {
    this.remove(route => route.device === device)
  }

  /** In one table alone where that is told: that of local routes, or the main one. Out of one device alone where `by` is. */
  find(destination: Uint8Array, table?: RoutingTable, by?: NetDevice): Route | undefined {
    return this.#routes.find(
      route =>
        (route.device.isUp || route.kind in ROUTE_ERRORS) &&
        (table === undefined || (route.kind === "local") === (table === "local")) &&
        (by === undefined || route.device === by) &&
        startsAlike(route.destination, destination, route.prefix),
    )
  }

  all(): readonly Route[] {
    return this.#routes
  }

  remove(isMeant: (route: Route) => boolean): void {
    for (let index = this.#routes.length - 1; index >= 0; index--)
      if (isMeant(this.#routes[index]!)) this.#routes.splice(index, 1)
  }
}

export type RoutingTable = "local" | "main"

/** Routing tables by their numbers (RT_TABLE_…): there are no others. */
export const TABLES: Readonly<Record<number, RoutingTable>> = { 254: "main", 255: "local" }

const LOCAL_FIRST = 1000

function rank({ kind, prefix }: Route): number {
  return prefix + (kind === "local" ? LOCAL_FIRST : 0)
}

function startsAlike(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  if (a.length !== b.length) return false
  const whole = bits >> 3
  for (let index = 0; index < whole; index++) if (a[index] !== b[index]) return false
  const rest = bits & 7
  return rest === 0 || (a[whole]! ^ b[whole]!) >> (8 - rest) === 0
}
