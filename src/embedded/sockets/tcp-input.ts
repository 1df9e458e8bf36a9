import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { Skb, Transport } from "../network/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { FAMILY, IPPROTO, TCP } from "./constants.ts"
import { deliverTo } from "./deliver.ts"
import { findReceiver } from "./receiver.ts"
import { callSockOps, SOCK_OPS } from "./sock-ops.ts"
import { embed, Socket } from "./socket.ts"
import { streamVerdict } from "./stream-verdict.ts"
import {
  advance,
  type ConnectionRequest,
  keyOf,
  newConnection,
  requestsOf,
  spanOf,
  type TcpConnection,
} from "./tcp-connection.ts"
import { ownMss, sendReset, sendSegment, transmit } from "./tcp-output.ts"
import { pushStream } from "./tcp-send.ts"
import { setState, storeState } from "./tcp-state.ts"
import { type Ends, parseTcp, type Segment, TCP_FLAG } from "./transport-headers.ts"

const [ECONNREFUSED, ECONNRESET] = [errnoNumber("ECONNREFUSED"), errnoNumber("ECONNRESET")]
const NO_DATA = new Uint8Array(0)

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
  const socket = findReceiver(kernel, IPPROTO.tcp, skb, segment.ends)
  if (!socket) {
    if (!has(segment, TCP_FLAG.rst)) sendReset(kernel, undefined, namespace, segment.ends, segment)
    return 0
  }
  const kept = deliverTo(kernel, socket, skb, segment.header)
  if (!kept) return 0
  const given: Segment = { ...segment, data: kept.slice(segment.header) }
  if (socket.state === TCP.listen) listening(kernel, socket, segment.ends, given)
  else connected(kernel, socket, segment.ends, given)
  return 0
}

function has({ flags }: Segment, flag: number): boolean {
  return (flags & flag) !== 0
}

/** A listening socket: it is asked for a connection, or one that was asked for is confirmed. */
function listening(kernel: KernelCore, listener: Socket, ends: Ends, segment: Segment): void {
  const requests = requestsOf(listener)
  const key = keyOf(ends)
  if (has(segment, TCP_FLAG.rst)) {
    requests.delete(key)
    return
  }
  const request = requests.get(key)
  if (has(segment, TCP_FLAG.syn)) askedFor(kernel, listener, ends, segment)
  else if (request && segment.acknowledged === request.sendNext) {
    requests.delete(key)
    establish(kernel, listener, request, segment)
  } else sendReset(kernel, undefined, listener.netns, ends, segment)
}

function askedFor(kernel: KernelCore, listener: Socket, ends: Ends, segment: Segment): void {
  if (listener.waiting.length > listener.backlog) return
  const start = kernel.random()
  const back = { source: ends.destination, destination: ends.source }
  const request: ConnectionRequest = {
    ends: back,
    sendNext: advance(start, 1),
    receiveNext: advance(segment.sequence, 1),
    mss: segment.mss ?? 536,
  }
  const family = listener.family
  const asked = {
    listener,
    local: inFamily(family, back.source),
    remote: inFamily(family, back.destination),
  }
  callSockOps(kernel, asked, SOCK_OPS.rwndInit)
  callSockOps(kernel, asked, SOCK_OPS.timeoutInit)
  callSockOps(kernel, asked, SOCK_OPS.needsEcn)
  requestsOf(listener).set(keyOf(ends), request)
  sendSegment(kernel, listener, back, {
    sequence: start,
    acknowledged: request.receiveNext,
    flags: TCP_FLAG.syn | TCP_FLAG.ack,
    window: 65483,
    data: NO_DATA,
    mss: ownMss(listener, back.destination.address),
  })
}

function inFamily(family: number, { address, port }: Ends["source"]): Ends["source"] {
  return { address: family === FAMILY.ipv6 ? embed(address) : address, port }
}

/** The connection is there: a socket of its own, which waits to be accepted. */
function establish(kernel: KernelCore, listener: Socket, request: ConnectionRequest, segment: Segment): void {
  const { family, type, protocol, netns, group } = listener
  const child = new Socket(kernel, { family, type, protocol, netns, group })
  kernel.sockets.add(child)
  child.options.inherit(listener.options)
  child.showOptions()
  child.callbacks = listener.callbacks
  child.filter = listener.filter
  const { sendNext, receiveNext, mss } = request
  child.tcp = newConnection({ isPassive: true, sendNext, receiveNext, mss, segmentsIn: 1 })
  child.local = inFamily(family, request.ends.source)
  child.remote = inFamily(family, request.ends.destination)
  storeState(kernel, child, TCP.synReceived)
  callSockOps(kernel, child, SOCK_OPS.passiveEstablished)
  setState(kernel, child, TCP.established)
  listener.waiting.push(child)
  takeData(kernel, child, segment)
}

function connected(kernel: KernelCore, socket: Socket, ends: Ends, segment: Segment): void {
  const { tcp } = socket
  if (!tcp) return
  tcp.segmentsIn += 1
  if (socket.state === TCP.synSent) answered(kernel, socket, segment)
  else if (has(segment, TCP_FLAG.rst)) resetBy(kernel, socket, ECONNRESET)
  else if (!has(segment, TCP_FLAG.syn)) continued(kernel, socket, tcp, ends, segment)
}

function continued(
  kernel: KernelCore,
  socket: Socket,
  tcp: TcpConnection,
  ends: Ends,
  segment: Segment,
): void {
  if (has(segment, TCP_FLAG.ack) && segment.acknowledged === tcp.sendNext) acknowledged(kernel, socket)
  if (segment.data.length > 0 && socket.isClosed) {
    // Nobody is there any more to take it.
    sendReset(kernel, socket, socket.netns, ends, segment)
    resetBy(kernel, socket, 0)
  } else takeData(kernel, socket, segment)
}

/** The answer to our own request. */
function answered(kernel: KernelCore, socket: Socket, segment: Segment): void {
  const { tcp } = socket
  if (!tcp || segment.acknowledged !== tcp.sendNext) return
  if (has(segment, TCP_FLAG.rst)) {
    resetBy(kernel, socket, ECONNREFUSED)
    return
  }
  if (!has(segment, TCP_FLAG.syn)) return
  tcp.receiveNext = advance(segment.sequence, 1)
  tcp.mss = Math.min(segment.mss ?? 536, tcp.mss)
  setState(kernel, socket, TCP.established)
  callSockOps(kernel, socket, SOCK_OPS.activeEstablished)
  transmit(kernel, socket, { flags: TCP_FLAG.ack })
}

function resetBy(kernel: KernelCore, socket: Socket, error: number): void {
  socket.error = error
  end(kernel, socket)
}

/** The connection is over; its socket goes when nobody has it open. */
export function end(kernel: KernelCore, socket: Socket): void {
  setState(kernel, socket, TCP.close)
  if (socket.isClosed) kernel.sockets.remove(socket)
}

/** Everything sent has arrived, our end too where it was sent. */
function acknowledged(kernel: KernelCore, socket: Socket): void {
  if (socket.state === TCP.finWait1) setState(kernel, socket, TCP.finWait2)
  else if (socket.state === TCP.lastAck || socket.state === TCP.closing) end(kernel, socket)
}

function takeData(kernel: KernelCore, socket: Socket, segment: Segment): void {
  const { tcp } = socket
  const span = spanOf(segment)
  if (!tcp || span === 0 || socket.state === TCP.close || segment.sequence !== tcp.receiveNext) return
  tcp.receiveNext = advance(tcp.receiveNext, span)
  tcp.bytesReceived += segment.data.length
  transmit(kernel, socket, { flags: TCP_FLAG.ack })
  if (segment.data.length > 0 && !socket.isReadClosed) arrive(kernel, socket, segment.data)
  if (has(segment, TCP_FLAG.fin)) endOfStream(kernel, socket)
}

/** Bytes of the stream are there, for the socket or whom its programs give them to. */
function arrive(kernel: KernelCore, socket: Socket, data: Uint8Array): void {
  for (const { bytes, redirect } of streamVerdict(kernel, socket, data)) {
    const target = redirect?.socket ?? socket
    if (redirect && !redirect.isIngress) pushStream(kernel, target, bytes)
    else target.arrivals.push({ bytes, from: undefined })
  }
}

/** The other end has sent everything. */
function endOfStream(kernel: KernelCore, socket: Socket): void {
  if (socket.tcp) socket.tcp.hasEnded = true
  switch (socket.state) {
    case TCP.established:
      setState(kernel, socket, TCP.closeWait)
      break
    case TCP.finWait1:
      setState(kernel, socket, TCP.closing)
      break
    case TCP.finWait2:
      // Its time to wait passes unseen.
      end(kernel, socket)
      break
    default:
  }
}
