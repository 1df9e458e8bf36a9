import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { securityCheck, securityNotice } from "../../tracing/security.ts"
import { FAMILY, IPPROTO, TCP, TCP_OPTION } from "../constants.ts"
import { callSockOps, SOCK_OPS } from "../hooks/sock-ops.ts"
import { Socket } from "../socket.ts"
import { type Segment, TCP_FLAG } from "../transport-headers.ts"
import type { ArrivedSegment } from "./arrived-segment.ts"
import { openCongestion } from "./congestion.ts"
import { newConnection } from "./connection.ts"
import {
  type ConnectionRequest,
  forgetRequest,
  inFamily,
  keyOf,
  newRequest,
  requestsOf,
} from "./connection-request.ts"
import { optionsOf } from "./header-options.ts"
import { ownMss, sendAnswer } from "./output.ts"
import { keptSyn, synOf } from "./saved-syn.ts"
import { storeState } from "./state.ts"

const NO_DATA = new Uint8Array(0)
const ANSWER_WINDOW = 65483

const securityInetConnRequest =
  securityCheck<[sock: KernelObject, skb: ArrivedSegment, request: KernelObject]>("inet_conn_request")
const securityInetCskClone = securityNotice<[child: KernelObject, request: KernelObject]>("inet_csk_clone")

const tcpConnRequest = kernelFunction(
  "tcp_conn_request",
  (kernel, _operations: bigint, _familyOps: bigint, sock: KernelObject, skb: ArrivedSegment): number => {
    const listener = kernel.sockets.at(sock.address)
    if (listener) askedFor(kernel, listener, skb)
    return 0
  },
)

/** A listening socket is asked for a connection. */
export function connRequest(kernel: KernelCore, listener: Socket, skb: ArrivedSegment): void {
  const version = listener.family === FAMILY.ipv6 ? 6 : 4
  const ask = version === 4 ? tcpV4ConnRequest : tcpV6ConnRequest
  ask(kernel, listener.object, skb)
}

const tcpV4ConnRequest = kernelFunction(
  "tcp_v4_conn_request",
  (kernel, sock: KernelObject, skb: ArrivedSegment) =>
    tcpConnRequest(
      kernel,
      symbol(kernel, "tcp_request_sock_ops"),
      symbol(kernel, "tcp_request_sock_ipv4_ops"),
      sock,
      skb,
    ),
)
const tcpV6ConnRequest = kernelFunction(
  "tcp_v6_conn_request",
  (kernel, sock: KernelObject, skb: ArrivedSegment) =>
    tcpConnRequest(
      kernel,
      symbol(kernel, "tcp6_request_sock_ops"),
      symbol(kernel, "tcp_request_sock_ipv6_ops"),
      sock,
      skb,
    ),
)

function symbol({ profile }: KernelCore, name: string): bigint {
  return profile.symbols().find(name)?.address ?? 0n
}

function askedFor(kernel: KernelCore, listener: Socket, skb: ArrivedSegment): void {
  if (listener.waiting.length > listener.backlog) return
  const { ends, segment } = skb
  const start = kernel.random()
  const syn = synOf(kernel, skb.skb)
  const saveSyn = listener.options.other(IPPROTO.tcp, TCP_OPTION.saveSyn) ?? 0
  const request = newRequest(kernel, listener, ends, segment, start, keptSyn(syn, saveSyn))
  if (securityInetConnRequest(kernel, listener.object, skb, request.object) !== 0) {
    request.object.free()
    return
  }
  const asked = {
    listener,
    local: inFamily(listener.family, request.ends.source),
    remote: inFamily(listener.family, request.ends.destination),
  }
  callSockOps(kernel, asked, SOCK_OPS.rwndInit)
  callSockOps(kernel, asked, SOCK_OPS.timeoutInit)
  callSockOps(kernel, asked, SOCK_OPS.needsEcn)
  requestsOf(listener).set(keyOf(ends), request)
  const answer: Segment = {
    sequence: start,
    acknowledged: request.receiveNext,
    flags: TCP_FLAG.syn | TCP_FLAG.ack,
    window: ANSWER_WINDOW,
    data: NO_DATA,
    mss: ownMss(listener, request.ends.destination.address),
  }
  const options = optionsOf(kernel, { owner: listener, subject: asked, syn }, request.ends, answer)
  sendAnswer(kernel, listener, request.ends, { ...answer, options })
}

const tcpCheckReq = kernelFunction(
  "tcp_check_req",
  (
    kernel,
    listener: KernelObject,
    skb: ArrivedSegment,
    request: KernelObject,
    _fastOpen: number,
  ): KernelObject => {
    const { address } = request
    const socket = kernel.sockets.at(listener.address)
    const asked = socket && [...requestsOf(socket).values()].find(({ object }) => object.address === address)
    if (!socket || !asked) throw new Error("BUG: a request of no listening socket is confirmed")
    const make = socket.family === FAMILY.ipv6 ? tcpV6SynRecvSock : tcpV4SynRecvSock
    const child = make(kernel, listener, skb, { address, asked }, 0, request, 0)
    const connection = kernel.sockets.at(child.address)
    if (connection) socket.waiting.push(connection)
    return child
  },
)

/** A struct request_sock, and what it stands for. */
interface AskedRequest {
  readonly address: number
  readonly asked: ConnectionRequest
}

type SynRecvSock = [
  listener: KernelObject,
  skb: ArrivedSegment,
  request: AskedRequest,
  route: number,
  unhashed: KernelObject,
  isOwn: number,
]
const tcpV4SynRecvSock = kernelFunction<SynRecvSock, KernelObject>("tcp_v4_syn_recv_sock", makeChild)
const tcpV6SynRecvSock = kernelFunction<SynRecvSock, KernelObject>("tcp_v6_syn_recv_sock", makeChild)

/** A socket like the one that listens, for the connection. */
function makeChild(
  kernel: KernelCore,
  parent: KernelObject,
  _skb: ArrivedSegment,
  { asked }: AskedRequest,
): KernelObject {
  const listener = kernel.sockets.at(parent.address)
  if (!listener) throw new Error("BUG: a connection of no listening socket")
  const { family, type, protocol, netns, group } = listener
  const child = new Socket(kernel, { family, type, protocol, netns, group })
  kernel.sockets.add(child)
  child.options.inherit(listener.options)
  child.showOptions()
  child.callbacks = listener.callbacks
  child.filter = listener.filter
  const { sendNext, receiveNext, mss, savedSyn } = asked
  child.tcp = newConnection({
    ...{ isPassive: true, sendNext, receiveNext, mss, savedSyn },
    ...{ segmentsIn: 1, isPredictable: true },
  })
  child.local = inFamily(family, asked.ends.source)
  child.state = TCP.listen
  storeState(kernel, child, TCP.synReceived)
  child.remote = inFamily(family, asked.ends.destination)
  openCongestion(kernel, child)
  securityInetCskClone(kernel, child.object, asked.object)
  return child.object
}

/** The other end has confirmed a request: the connection, which waits to be accepted. */
export function confirm(
  kernel: KernelCore,
  listener: Socket,
  skb: ArrivedSegment,
  request: ConnectionRequest,
): Socket {
  const child = tcpCheckReq(kernel, listener.object, skb, request.object, 0)
  forgetRequest(kernel, listener, request)
  const connection = kernel.sockets.at(child.address)
  if (!connection) throw new Error("BUG: a connection without a socket")
  return connection
}
