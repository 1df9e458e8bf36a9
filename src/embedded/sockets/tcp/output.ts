import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import { ETH_P_IP, leave, makeIp, type Skb, sendIp, sendLocal } from "../../network/index.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { IPPROTO } from "../constants.ts"
import { type Endpoint, embeddedV4, type Socket } from "../socket.ts"
import { buildTcp, type Ends, type Segment, TCP_FLAG } from "../transport-headers.ts"
import { sentSegment } from "./congestion.ts"
import { advance, spanOf } from "./connection.ts"
import { optionsOf } from "./header-options.ts"

const NO_DATA = new Uint8Array(0)
const WINDOW = 65495
const GFP_ATOMIC = 0x820
/** What an IP and a TCP header leave of a device's largest packet. */
const HEADERS = { v4: 40, v6: 60 } as const

function plain({ address, port }: Endpoint): Endpoint {
  return { address: embeddedV4(address) ?? address, port }
}

/** The ends of a socket's connection as they stand in its packets. */
export function endsOf({ local, remote }: Socket): Ends {
  return { source: plain(local), destination: plain(remote) }
}

/** The largest segment that comes in over the route to the other end. */
export function ownMss({ netns }: Socket, destination: Uint8Array): number {
  const route = netns.routes.find(destination)
  const mtu = route ? (route.kind === "local" ? 65536 : route.device.mtu) : 1500
  return Math.min(mtu, 65535) - (destination.length === 4 ? HEADERS.v4 : HEADERS.v6)
}

export interface Sent {
  readonly flags: number
  readonly data?: Uint8Array
  readonly mss?: number
  /** What is acknowledged instead of all that has come. */
  readonly acknowledged?: number
}

/** Sends one segment of a connection. 0, or a negative errno that the network gave. */
export function transmit(
  kernel: KernelCore,
  socket: Socket,
  { flags, data = NO_DATA, mss, acknowledged }: Sent,
): number {
  const { tcp } = socket
  if (!tcp) throw new Error("BUG: a segment of no connection")
  const segment: Segment = {
    sequence: tcp.sendNext,
    acknowledged: (flags & TCP_FLAG.ack) !== 0 ? (acknowledged ?? tcp.receiveNext) : 0,
    flags,
    window: WINDOW,
    data,
    mss,
  }
  const ends = endsOf(socket)
  const options = optionsOf(kernel, { owner: socket, subject: socket }, ends, segment)
  const span = spanOf(segment)
  tcp.sendNext = advance(tcp.sendNext, span)
  if (span > 0) sentSegment(kernel, socket, tcp.sendNext, data.length > 0)
  tcp.segmentsOut += 1
  return sendSegment(kernel, socket, ends, { ...segment, options })
}

const tcpSendAck = kernelFunction(
  "tcp_send_ack",
  (kernel, sock: KernelObject, acknowledged: number): undefined => {
    const socket = kernel.sockets.at(sock.address)
    if (socket) transmit(kernel, socket, { flags: TCP_FLAG.ack, acknowledged })
  },
)

/** Tells the other end what has arrived: everything, or up to a sequence number. */
export function sendAck(
  kernel: KernelCore,
  socket: Socket,
  receiveNext = socket.tcp?.receiveNext ?? 0,
): void {
  tcpSendAck(kernel, socket.object, receiveNext)
}

/** Sends a segment of a connection, on from where its data starts. */
function sendSegment(kernel: KernelCore, socket: Socket, ends: Ends, segment: Segment): number {
  const skb = makeSegment(kernel, socket, ends, segment)
  if (typeof skb === "number") return skb
  skb.context.moveTo(skb.context.end - segment.data.length)
  return tcpTransmitSkb(kernel, socket.object, skb, 1, GFP_ATOMIC, segment.acknowledged)
}

/** Puts the TCP header in front. */
const tcpTransmitSkb = kernelFunction(
  "__tcp_transmit_skb",
  (kernel, sock: KernelObject, skb: Skb, _clones: number, _gfp: number, _receiveNext: number): number => {
    skb.context.moveTo(skb.transport)
    // IPv4 packets are those of an IPv6 socket too, to an embedded address.
    const send = skb.protocol === ETH_P_IP ? ipQueueXmit : inet6CskXmit
    return send(kernel, sock, skb, kernel.types.at("inet_sock", sock.address).addressOf("cork.fl"))
  },
)

const ipQueueXmit = kernelFunction("ip_queue_xmit", queueXmit)
const inet6CskXmit = kernelFunction("inet6_csk_xmit", queueXmit)

/** Puts the IP header in front. */
function queueXmit(kernel: KernelCore, _sock: KernelObject, skb: Skb, _flow: number): number {
  skb.toNetwork()
  return sendLocal(kernel, skb)
}

const ipBuildAndSendPkt = kernelFunction(
  "ip_build_and_send_pkt",
  (
    kernel,
    skb: Skb,
    _sock: KernelObject,
    _source: number,
    _destination: number,
    _options: number,
  ): number => {
    skb.toNetwork()
    return leave(kernel, skb)
  },
)

/** Answers the request for a connection, for the socket that listens. */
export function sendAnswer(kernel: KernelCore, listener: Socket, ends: Ends, segment: Segment): void {
  const skb = makeSegment(kernel, listener, ends, segment)
  if (typeof skb === "number") return
  const [source, destination] = [ends.source.address, ends.destination.address]
  if (source.length !== 4) {
    sendLocal(kernel, skb)
    return
  }
  skb.context.moveTo(skb.transport)
  ipBuildAndSendPkt(kernel, skb, listener.object, inWire(source), inWire(destination), 0)
}

/** Four bytes of an address as a register has them. */
function inWire(address: Uint8Array): number {
  return new DataView(address.buffer, address.byteOffset).getUint32(0, true)
}

/** A segment of a socket as a packet. */
function makeSegment(kernel: KernelCore, socket: Socket, ends: Ends, segment: Segment): Skb | number {
  const { mark, priority, tos, ttl } = socket.options
  return makeIp(kernel, {
    namespace: socket.netns,
    source: ends.source.address,
    destination: ends.destination.address,
    protocol: IPPROTO.tcp,
    payload: buildTcp(ends, segment),
    owner: socket,
    mark,
    priority,
    tos,
    ttl,
  })
}

/** The answer to a segment that belongs to nothing. */
export function sendReset(
  kernel: KernelCore,
  socket: Socket | undefined,
  namespace: Socket["netns"],
  ends: Ends,
  segment: Segment,
): void {
  const hasAck = (segment.flags & TCP_FLAG.ack) !== 0
  const back = { source: ends.destination, destination: ends.source }
  const reset: Segment = {
    sequence: hasAck ? segment.acknowledged : 0,
    acknowledged: hasAck ? 0 : advance(segment.sequence, spanOf(segment)),
    flags: TCP_FLAG.rst | (hasAck ? 0 : TCP_FLAG.ack),
    window: 0,
    data: NO_DATA,
    mss: undefined,
  }
  sendIp(kernel, {
    namespace,
    source: back.source.address,
    destination: back.destination.address,
    protocol: IPPROTO.tcp,
    payload: buildTcp(back, reset),
    owner: socket,
  })
}
