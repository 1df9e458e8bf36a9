import type { KernelCore } from "../../core.ts"
import type { Skb, Transport } from "../../network/index.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { IPPROTO, TCP } from "../constants.ts"
import { deliverTo } from "../deliver.ts"
import { takeAssigned } from "../hooks/assigned.ts"
import { findReceiver } from "../receiver.ts"
import type { Socket } from "../socket.ts"
import { hasFlag, parseTcp, TCP_FLAG } from "../transport-headers.ts"
import { type ArrivedSegment, arrivedSegment } from "./arrived-segment.ts"
import { type ConnectionRequest, forgetRequest, keyOf, requestsOf } from "./connection-request.ts"
import { sendReset } from "./output.ts"
import { receiveByChild, receiveSegment } from "./receive.ts"
import { confirm } from "./request.ts"

const tcpV4Rcv = kernelFunction("tcp_v4_rcv", receive)
const tcpV6Rcv = kernelFunction("tcp_v6_rcv", receive)

/** Segments that have come in. */
export const TCP_TRANSPORT: Transport = (kernel, skb, ip) => {
  const rcv = ip.source.length === 4 ? tcpV4Rcv : tcpV6Rcv
  rcv(kernel, skb)
}

function receive(kernel: KernelCore, skb: Skb): number {
  const ip = skb.ipHeader()
  const segment = ip && parseTcp(ip.source, ip.destination, skb.bytes())
  if (!ip || !segment) return 0
  const { namespace } = skb.device
  const { ends, header } = segment
  const assigned = takeAssigned(kernel, skb)
  const asked = assigned && "request" in assigned ? assigned : undefined
  const socket =
    asked?.listener ?? (assigned as Socket | undefined) ?? findReceiver(kernel, IPPROTO.tcp, skb, ends)
  if (!socket) {
    if (!hasFlag(segment, TCP_FLAG.rst)) sendReset(kernel, undefined, namespace, ends, segment)
    return 0
  }
  const kept = deliverTo(kernel, socket, skb, header)
  if (!kept) return 0
  const arrived = arrivedSegment(skb, ends, { ...segment, data: kept.slice(header) })
  if (socket.state === TCP.listen) {
    // Whoever is given a listening socket finds no request of it.
    const request = assigned ? asked?.request : requestsOf(socket).get(keyOf(ends))
    receiveForRequest(kernel, socket, arrived, request)
  } else if (socket.isOwned) defer(kernel, socket, arrived)
  else receiveSegment(kernel, socket, arrived)
  return 0
}

/** A system call has the socket: the segment waits until it is done. */
function defer(kernel: KernelCore, socket: Socket, arrived: ArrivedSegment): void {
  const { skb } = arrived
  skb.isKept = true
  socket.deferred.push(() => {
    receiveSegment(kernel, socket, arrived)
    skb.free()
  })
}

/** For a socket that listens: about a connection that was asked for, or for the socket itself. */
function receiveForRequest(
  kernel: KernelCore,
  listener: Socket,
  arrived: ArrivedSegment,
  request: ConnectionRequest | undefined,
): void {
  const { ends, segment } = arrived
  const isReset = hasFlag(segment, TCP_FLAG.rst)
  if (!request) receiveSegment(kernel, listener, arrived)
  else if (isReset || hasFlag(segment, TCP_FLAG.syn)) {
    forgetRequest(kernel, listener, request)
    if (!isReset) receiveSegment(kernel, listener, arrived)
  } else if (segment.acknowledged === request.sendNext) {
    const child = confirm(kernel, listener, arrived, request)
    receiveByChild(kernel, listener, child, arrived)
  } else sendReset(kernel, undefined, listener.netns, ends, segment)
}
