import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { ErrorHandler, QuotedPacket, Skb } from "../network/index.ts"
import { IPPROTO, MTU_DISCOVER, TCP } from "./constants.ts"
import type { Socket } from "./socket.ts"
import { resetBy } from "./tcp/stream.ts"

/** The socket that has sent a packet. */
function senderOf(kernel: KernelCore, skb: Skb, quoted: QuotedPacket, protocol: number): Socket | undefined {
  const { transport, source, destination } = quoted
  const port = (at: number): number => (transport[at]! << 8) | transport[at + 1]!
  const { namespace, index } = skb.device
  const [local, remote] = [
    { address: source, port: port(0) },
    { address: destination, port: port(2) },
  ]
  return kernel.sockets.find(protocol, namespace, local, remote, index)
}

/** A datagram was not delivered: a connected socket learns of what will not get better (__udp4_lib_err). */
export const UDP_ERRORS: ErrorHandler = (kernel, skb, quoted, { errno, isHard }) => {
  const socket = senderOf(kernel, skb, quoted, IPPROTO.udp)
  if (!socket || !isHard || socket.state !== TCP.established) return
  const isV4 = quoted.source.length === 4
  const choice = isV4 ? socket.options.mtuDiscover : socket.options.mtuDiscoverV6
  // Who lets packets be cut does not care how long they may be.
  if (errno !== "EMSGSIZE" || choice !== MTU_DISCOVER.dont) socket.error = errnoNumber(errno)
}

/** A segment was not delivered: a request for a connection fails, connections go on (tcp_v4_err). */
export const TCP_ERRORS: ErrorHandler = (kernel, skb, quoted, { errno }) => {
  const socket = senderOf(kernel, skb, quoted, IPPROTO.tcp)
  if (socket?.state === TCP.synSent) resetBy(kernel, socket, errnoNumber(errno))
}

/** The error that waits for the next call, which takes it: −errno, or 0. */
export function takeError(socket: Socket): number {
  const { error } = socket
  socket.error = 0
  return error === 0 ? 0 : -error
}
