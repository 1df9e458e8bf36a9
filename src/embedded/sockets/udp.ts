import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import {
  type IpHeader,
  mtuTo,
  type Skb,
  sendIcmpError,
  sendIp,
  sourceFor,
  type Transport,
  whyUnreachable,
} from "../network/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { autobind, leastSockaddr } from "./bind.ts"
import { FAMILY, IPPROTO, MTU_DISCOVER, TCP } from "./constants.ts"
import { deliverTo } from "./deliver.ts"
import { runAddressHook } from "./hooks/address-hooks.ts"
import { takeAssigned } from "./hooks/assigned.ts"
import { takeError } from "./icmp-errors.ts"
import { findReceiver } from "./receiver.ts"
import { decodeEndpoint, encodeEndpoint, familyOf } from "./sockaddr.ts"
import { type Endpoint, embed, embeddedV4, isAny, type Socket } from "./socket.ts"
import { isServed, streamVerdict } from "./sockmaps/stream-verdict.ts"
import { pushStream } from "./tcp/send.ts"
import { buildUdp, type Ends } from "./transport-headers.ts"

const HEADER = 8
const MOST_BYTES = 0xffff
const IP_HEADER = { v4: 20, v6: 40 } as const
/** With the headers of UDP and IPv4. */
const MOST_V4 = MOST_BYTES - 28
const AF_UNSPEC = 0
const [EINVAL, EMSGSIZE] = [-errnoNumber("EINVAL"), -errnoNumber("EMSGSIZE")]
const EDESTADDRREQ = -errnoNumber("EDESTADDRREQ")
const EAFNOSUPPORT = -errnoNumber("EAFNOSUPPORT")
const ENETUNREACH = -errnoNumber("ENETUNREACH")

interface Destination {
  readonly to: Endpoint
  readonly source: Uint8Array | undefined
}

const udpSendmsg = kernelFunction(
  "udp_sendmsg",
  (kernel, sock: { readonly address: number }, message: UserMessage, _length: number): number =>
    sendUdp(kernel, sock, message),
)
const udpv6Sendmsg = kernelFunction(
  "udpv6_sendmsg",
  (kernel, sock: { readonly address: number }, message: UserMessage, _length: number): number =>
    sendUdp(kernel, sock, message),
)

/** A struct msghdr, which probes see without what is in it. */
export interface UserMessage {
  readonly address: number
  readonly bytes: Uint8Array
  /** The sockaddr that the caller gave. */
  readonly to: Uint8Array | undefined
}

/** Sends a datagram: the number of bytes, or a negative errno. */
export function sendDatagram(
  kernel: KernelCore,
  socket: Socket,
  bytes: Uint8Array,
  to: Uint8Array | undefined,
): number {
  const bound = autobind(kernel, socket)
  if (bound !== 0) return bound
  const header = kernel.types.create("msghdr")
  const send = socket.family === FAMILY.ipv6 ? udpv6Sendmsg : udpSendmsg
  const result = send(kernel, socket.object, { address: header.address, bytes, to }, bytes.length)
  header.free()
  return result
}

function sendUdp(kernel: KernelCore, sock: { readonly address: number }, message: UserMessage): number {
  const socket = kernel.sockets.at(sock.address)
  if (!socket) return EINVAL
  const { bytes, to } = message
  if (bytes.length > MOST_BYTES - HEADER) return EMSGSIZE
  const destination = destinationOf(kernel, socket, to)
  if (typeof destination === "number") return destination
  const v4 = embeddedV4(destination.to.address)
  const address = v4 ?? destination.to.address
  const own = [destination.source, socket.local.address].find(
    candidate => candidate && !isAny(candidate) && !isAny(embeddedV4(candidate) ?? candidate),
  )
  const source = own ? (embeddedV4(own) ?? own) : sourceFor(socket.netns, address)
  if (!source) return whyUnreachable(socket.netns, address)
  if (source.length !== address.length) return ENETUNREACH
  const ends: Ends = {
    source: { address: source, port: socket.local.port },
    destination: { address, port: destination.to.port },
  }
  if (source.length === 4 && bytes.length > MOST_V4) return EMSGSIZE
  const error = takeError(socket)
  if (error !== 0) return error
  const isV4 = source.length === 4
  const length = bytes.length + HEADER + (isV4 ? IP_HEADER.v4 : IP_HEADER.v6)
  const mayFragment = cutting(socket, isV4, length > mtuTo(socket.netns, address))
  if (mayFragment === "too long") return EMSGSIZE
  const { mark, priority, tos, ttl } = socket.options
  const sent = sendIp(kernel, {
    namespace: socket.netns,
    source,
    destination: address,
    protocol: IPPROTO.udp,
    payload: buildUdp(ends, bytes),
    mayFragment,
    owner: socket,
    mark,
    priority,
    tos,
    ttl,
  })
  return sent < 0 ? sent : bytes.length
}

/** Whether a datagram may be cut, as its socket wants it (ip_append_data); it may be too long where it must not be. */
function cutting(
  { options }: Socket,
  isV4: boolean,
  isLong: boolean,
): boolean | "when too long" | "too long" {
  const choice = isV4 ? options.mtuDiscover : options.mtuDiscoverV6
  switch (choice) {
    case MTU_DISCOVER.want:
      return "when too long"
    case MTU_DISCOVER.dont:
    case MTU_DISCOVER.omit:
      return true
    default:
      return isLong ? "too long" : choice === MTU_DISCOVER.interface
  }
}

/** Where a datagram goes: what the caller or its programs say, else where the socket is connected to. */
function destinationOf(kernel: KernelCore, socket: Socket, to: Uint8Array | undefined): Destination | number {
  if (!to) return socket.state === TCP.established ? { to: socket.remote, source: undefined } : EDESTADDRREQ
  if (to.length < leastSockaddr(socket) && familyOf(to) === socket.family) return EINVAL
  const isV4 = familyOf(to) === FAMILY.ipv4 || familyOf(to) === AF_UNSPEC
  if (socket.family === FAMILY.ipv4 ? !isV4 : familyOf(to) !== FAMILY.ipv6 && !isV4) return EAFNOSUPPORT
  if (decodeEndpoint(to).port === 0) return EINVAL
  const { refused, address, source } = runAddressHook(kernel, socket, to, {
    call: "sendmsg",
    source: socket.local.address,
  })
  if (refused !== 0) return refused
  const endpoint = decodeEndpoint(address)
  return endpoint.port === 0 ? EINVAL : { to: endpoint, source }
}

const udpRcv = kernelFunction("udp_rcv", receive)
const udpv6Rcv = kernelFunction("udpv6_rcv", receive)

/** Datagrams that have come in. */
export const UDP_TRANSPORT: Transport = (kernel, skb, ip) => {
  const rcv = ip.source.length === 4 ? udpRcv : udpv6Rcv
  rcv(kernel, skb)
}

function receive(kernel: KernelCore, skb: Skb): number {
  const ip = skb.ipHeader()
  const ends = ip && udpEnds(kernel, skb, ip)
  if (!ends) return 0
  const { source } = ends
  const assigned = takeAssigned(kernel, skb)
  const isOurs = assigned && "arrivals" in assigned
  const socket = isOurs ? assigned : findReceiver(kernel, IPPROTO.udp, skb, ends)
  if (!socket) {
    sendIcmpError(kernel, skb, "no port")
    return 0
  }
  const kept = deliverTo(kernel, socket, skb, HEADER)
  if (kept === undefined) return 0
  const from = socket.family === FAMILY.ipv6 ? { ...source, address: embed(source.address) } : source
  if (isServed(socket)) serve(kernel, socket, kept.subarray(HEADER))
  else socket.arrivals.push({ bytes: kept.subarray(HEADER), from: encodeEndpoint(from) })
  return 0
}

/** Programs of the socket's sockmap say where a datagram goes. Whoever gets it so does not learn who sent it. */
function serve(kernel: KernelCore, socket: Socket, data: Uint8Array): void {
  for (const { bytes, redirect } of streamVerdict(kernel, socket, data)) {
    const target = redirect?.socket ?? socket
    if (redirect && !redirect.isIngress) sendOn(kernel, target, bytes)
    else target.arrivals.push({ bytes, from: undefined })
  }
}

/** Goes out of another socket to whom that is connected to; where that fails, the socket tells of it. */
function sendOn(kernel: KernelCore, target: Socket, bytes: Uint8Array): void {
  if (target.protocol === IPPROTO.tcp) {
    pushStream(kernel, target, bytes)
    return
  }
  const sent = sendDatagram(kernel, target, bytes, undefined)
  if (sent < 0) target.error = -sent
}

function udpEnds({ memory }: KernelCore, skb: Skb, ip: IpHeader): Ends | undefined {
  if (skb.context.get("len") < HEADER) return undefined
  const at = skb.context.data
  const port = (offset: number) => memory.view.getUint16(at + offset)
  return {
    source: { address: ip.source, port: port(0) },
    destination: { address: ip.destination, port: port(2) },
  }
}

/** recvfrom(2) tells who sent it, or what programs make of that. */
export function senderOf(kernel: KernelCore, socket: Socket, from: Uint8Array): Uint8Array {
  return runAddressHook(kernel, socket, from, { call: "recvmsg" }).address
}
