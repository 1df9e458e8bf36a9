import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import { destinationAt } from "../headers.ts"
import { ROUTE_ERRORS, TABLES } from "../routes.ts"
import type { Skb } from "../skb.ts"

const EINVAL = -errnoNumber("EINVAL")

/**
 * Gives a packet the way to an address, or to its destination (seg6_lookup_nexthop): 0, or a negative errno where it is lost.
 * It is not for this machine: what would be delivered here is lost as well.
 */
export function lookupNextHop(kernel: KernelCore, skb: Skb, address?: Uint8Array, table = 0): number {
  const { namespace } = skb.device
  const destination = address ?? destinationAt(kernel.memory.bytes, skb.context.data)
  const named = table === 0 ? undefined : TABLES[table]
  const found = table === 0 || named ? namespace.routes.find(destination, named) : undefined
  const refusal = found && ROUTE_ERRORS[found.kind]
  if (refusal) {
    skb.route = undefined
    return -errnoNumber(refusal)
  }
  const isLocal = found?.kind === "local"
  // A next hop that is told is asked for its link-layer address, not the packet's destination.
  const known = address && found && !found.gateway ? { ...found, gateway: address } : found
  skb.route = isLocal ? undefined : known
  if (found && !isLocal) return 0
  return found || (table !== 0 && !named) ? EINVAL : -errnoNumber("ENETUNREACH")
}
