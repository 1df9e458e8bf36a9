import type { KernelCore } from "../core.ts"
import type { Skb } from "../network/index.ts"
import { IPPROTO, TCP, TYPE } from "./constants.ts"
import { selectFromGroup } from "./hooks/reuseport.ts"
import { runSocketLookup } from "./hooks/socket-lookup.ts"
import { isAny, type Socket } from "./socket.ts"
import { findRequest } from "./tcp/connection-request.ts"
import type { Ends } from "./transport-headers.ts"

/**
 * Who a packet is for: the socket that is connected to its sender; else whom the namespace's sk_lookup programs choose;
 * else the one that is bound to its destination, of several that share the port the one that their program chooses.
 */
export function findReceiver(kernel: KernelCore, protocol: number, skb: Skb, ends: Ends): Socket | undefined {
  const { namespace, index } = skb.device
  const bound = kernel.sockets.find(protocol, namespace, ends.destination, ends.source, index)
  if (bound && isConnected(bound)) return bound
  const asked = protocol === IPPROTO.tcp ? findRequest(kernel, namespace, ends) : undefined
  if (asked) return asked.listener
  // Datagrams to an address that is bound find their socket first, and take it when the programs have no other.
  const isFoundFirst = protocol === IPPROTO.udp && bound !== undefined && !isAny(bound.local.address)
  const first = isFoundFirst ? selectFromGroup(kernel, bound, skb) : undefined
  const looked = runSocketLookup(kernel, namespace, protocol, ends, index)
  if (looked === "dropped") return undefined
  if (looked) return looked.isAlone ? looked.socket : selectFromGroup(kernel, looked.socket, skb)
  return isFoundFirst ? first : bound && selectFromGroup(kernel, bound, skb)
}

function isConnected({ type, state, remote }: Socket): boolean {
  return type === TYPE.stream ? state !== TCP.listen : remote.port !== 0
}
