import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { Skb } from "../../network/index.ts"
import { TCP, TYPE } from "../constants.ts"
import type { Socket } from "../socket.ts"
import { type AskedFor, requestAt } from "../tcp/connection-request.ts"
import { selectFromGroup } from "./reuseport.ts"

const [EOPNOTSUPP, ENETUNREACH, ESOCKTNOSUPPORT] = [
  -errnoNumber("EOPNOTSUPP"),
  -errnoNumber("ENETUNREACH"),
  -errnoNumber("ESOCKTNOSUPPORT"),
]

/** bpf_sk_assign of a classifier: whoever the packet is for, this socket, or this request for a connection, takes it. 0 or −errno. */
export function assignToPacket(kernel: KernelCore, skb: Skb | undefined, address: number): number {
  if (!skb?.isAtIngress) return EOPNOTSUPP
  const socket = kernel.sockets.at(address)
  const asked = requestAt(address)
  const owner = socket ?? asked?.listener
  if (owner?.netns !== skb.device.namespace) return ENETUNREACH
  if (!kernel.since("6.6") && socket?.options.reusePort) return ESOCKTNOSUPPORT
  if (socket && !isFindable(socket)) return EOPNOTSUPP
  const assigned = asked
    ? { contextAddress: address, object: asked.request.object, filterEgress: () => 0 }
    : socket
  skb.owner = assigned
  skb.assigned = assigned
  return 0
}

/** Whether packets can find it: it is bound, and of TCP it listens or has a connection. */
function isFindable({ type, state, isBound }: Socket): boolean {
  return type === TYPE.stream ? state !== TCP.close : isBound
}

/** Who was assigned to a packet: a socket, of several that share its port the one that their program chooses; or a request. */
export function takeAssigned(kernel: KernelCore, skb: Skb): Socket | AskedFor | undefined {
  const { assigned } = skb
  if (!assigned) return undefined
  skb.assigned = undefined
  const socket = kernel.sockets.at(assigned.contextAddress)
  if (!socket) return requestAt(assigned.contextAddress)
  const isOpen = socket.type === TYPE.stream ? socket.state === TCP.listen : socket.state === TCP.close
  return isOpen ? (selectFromGroup(kernel, socket, skb) ?? socket) : socket
}
