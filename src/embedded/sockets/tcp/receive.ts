import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { securityNotice } from "../../tracing/security.ts"
import { FAMILY, TCP } from "../constants.ts"
import { callSockOps, SOCK_OPS } from "../hooks/sock-ops.ts"
import type { Socket } from "../socket.ts"
import { hasFlag, TCP_FLAG } from "../transport-headers.ts"
import type { ArrivedSegment } from "./arrived-segment.ts"
import { acknowledgedUpTo, initCongestion } from "./congestion.ts"
import { advance } from "./connection.ts"
import { noteOptions, showOptions } from "./header-options.ts"
import { arrivedHeader } from "./header-view.ts"
import { sendAck, sendReset } from "./output.ts"
import { connRequest } from "./request.ts"
import { setState } from "./state.ts"
import { end, resetBy, takeData } from "./stream.ts"

const [ECONNREFUSED, ECONNRESET] = [errnoNumber("ECONNREFUSED"), errnoNumber("ECONNRESET")]
const DEFAULT_MSS = 536

const securityInetConnEstablished =
  securityNotice<[sock: KernelObject, skb: ArrivedSegment]>("inet_conn_established")

const tcpV4DoRcv = kernelFunction("tcp_v4_do_rcv", doRcv)
const tcpV6DoRcv = kernelFunction("tcp_v6_do_rcv", doRcv)

/** A segment that a socket of no system call is to take. */
export function receiveSegment(kernel: KernelCore, socket: Socket, skb: ArrivedSegment): void {
  const receive = socket.family === FAMILY.ipv6 ? tcpV6DoRcv : tcpV4DoRcv
  receive(kernel, socket.object, skb)
}

function doRcv(kernel: KernelCore, sock: KernelObject, skb: ArrivedSegment): number {
  const socket = kernel.sockets.at(sock.address)
  if (socket?.state === TCP.established) tcpRcvEstablished(kernel, sock, skb)
  else if (socket) tcpRcvStateProcess(kernel, sock, skb)
  return 0
}

const tcpRcvEstablished = kernelFunction(
  "tcp_rcv_established",
  (kernel, sock: KernelObject, skb: ArrivedSegment): undefined => {
    const socket = kernel.sockets.at(sock.address)
    if (socket) connected(kernel, socket, skb)
  },
)

/** Of every state but established. */
const tcpRcvStateProcess = kernelFunction(
  "tcp_rcv_state_process",
  (kernel, sock: KernelObject, skb: ArrivedSegment): number => {
    const socket = kernel.sockets.at(sock.address)
    if (!socket) return 0
    switch (socket.state) {
      case TCP.listen:
        listening(kernel, socket, skb)
        break
      case TCP.synSent:
        if (socket.tcp) socket.tcp.segmentsIn += 1
        answered(kernel, socket, skb)
        break
      case TCP.synReceived:
        if (socket.tcp) noteOptions(socket.tcp, skb.segment)
        tcpInitTransfer(kernel, sock, SOCK_OPS.passiveEstablished, skb)
        setState(kernel, socket, TCP.established)
        takeData(kernel, socket, skb.segment)
        break
      default:
        connected(kernel, socket, skb)
    }
    return 0
  },
)

const tcpChildProcess = kernelFunction(
  "tcp_child_process",
  (kernel, _parent: KernelObject, child: KernelObject, skb: ArrivedSegment): number =>
    tcpRcvStateProcess(kernel, child, skb),
)

/** A new connection takes the segment that has confirmed it. */
export function receiveByChild(kernel: KernelCore, parent: Socket, child: Socket, skb: ArrivedSegment): void {
  tcpChildProcess(kernel, parent.object, child.object, skb)
}

function listening(kernel: KernelCore, listener: Socket, skb: ArrivedSegment): void {
  const { segment, ends } = skb
  if (hasFlag(segment, TCP_FLAG.rst)) return
  if (hasFlag(segment, TCP_FLAG.syn)) connRequest(kernel, listener, skb)
  else sendReset(kernel, undefined, listener.netns, ends, segment)
}

/** Tells the programs of the socket's groups that the connection is there. */
const tcpInitTransfer = kernelFunction(
  "tcp_init_transfer",
  (kernel, sock: KernelObject, operation: number, skb: ArrivedSegment): undefined => {
    const socket = kernel.sockets.at(sock.address)
    if (!socket) return
    callSockOps(kernel, socket, operation, [], { header: arrivedHeader(kernel, skb) })
    initCongestion(kernel, socket)
  },
)

const tcpFinishConnect = kernelFunction(
  "tcp_finish_connect",
  (kernel, sock: KernelObject, skb: ArrivedSegment): undefined => {
    const socket = kernel.sockets.at(sock.address)
    if (!socket) return
    setState(kernel, socket, TCP.established)
    securityInetConnEstablished(kernel, sock, skb)
    tcpInitTransfer(kernel, sock, SOCK_OPS.activeEstablished, skb)
  },
)

/** The answer to our own request. */
function answered(kernel: KernelCore, socket: Socket, skb: ArrivedSegment): void {
  const { tcp } = socket
  const { segment } = skb
  if (!tcp || segment.acknowledged !== tcp.sendNext) return
  if (hasFlag(segment, TCP_FLAG.rst)) {
    resetBy(kernel, socket, ECONNREFUSED)
    return
  }
  if (!hasFlag(segment, TCP_FLAG.syn)) return
  acknowledgedUpTo(kernel, socket, segment.acknowledged)
  tcp.receiveNext = advance(segment.sequence, 1)
  noteOptions(tcp, segment)
  tcp.mss = Math.min(segment.mss ?? DEFAULT_MSS, tcp.mss)
  tcpFinishConnect(kernel, socket.object, skb)
  sendAck(kernel, socket)
}

function connected(kernel: KernelCore, socket: Socket, arrived: ArrivedSegment): void {
  const { segment, ends } = arrived
  const { tcp } = socket
  if (!tcp) return
  tcp.segmentsIn += 1
  if (hasFlag(segment, TCP_FLAG.rst)) {
    resetBy(kernel, socket, ECONNRESET)
    return
  }
  if (hasFlag(segment, TCP_FLAG.syn)) return
  showOptions(kernel, socket, arrived)
  if (hasFlag(segment, TCP_FLAG.ack)) acknowledgedUpTo(kernel, socket, segment.acknowledged)
  if (hasFlag(segment, TCP_FLAG.ack) && segment.acknowledged === tcp.sendNext) acknowledged(kernel, socket)
  if (segment.data.length > 0 && socket.isClosed) {
    // Nobody is there any more to take it.
    sendReset(kernel, socket, socket.netns, ends, segment)
    resetBy(kernel, socket, 0)
  } else takeData(kernel, socket, segment)
}

/** Everything sent has arrived, our end too where it was sent. */
function acknowledged(kernel: KernelCore, socket: Socket): void {
  if (socket.state === TCP.finWait1) setState(kernel, socket, TCP.finWait2)
  else if (socket.state === TCP.lastAck || socket.state === TCP.closing) end(kernel, socket)
}
