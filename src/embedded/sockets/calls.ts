import { errnoNumber, NotModelledError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { bindInternet } from "./bind.ts"
import { FAMILY, TCP, TYPE } from "./constants.ts"
import type { CopiedAddress } from "./copied-address.ts"
import { toldAddress } from "./hooks/address-hooks.ts"
import { runSocketHook } from "./hooks/socket-hooks.ts"
import { takeError } from "./icmp-errors.ts"
import { bindPacket, closePacket, packetName, sendPacket } from "./packet.ts"
import type { Socket } from "./socket.ts"
import { closeTcp, listenTcp, receiveStream, sendStream } from "./tcp/tcp.ts"
import { sendDatagram, senderOf } from "./udp.ts"
import { bindUnix, closeUnix, listenUnix, receiveUnixStream, sendUnix, tellUnixName } from "./unix.ts"

const errno = (name: Parameters<typeof errnoNumber>[0]): number => -errnoNumber(name)

type Object = { readonly address: number }
const security = {
  bind: securityCheck<[socket: Object, address: number, length: number]>("socket_bind"),
  listen: securityCheck<[socket: Object, backlog: number]>("socket_listen"),
  accept: securityCheck<[socket: Object, newSocket: number]>("socket_accept"),
  sendmsg: securityCheck<[socket: Object, message: number, size: number]>("socket_sendmsg"),
  recvmsg: securityCheck<[socket: Object, message: number, size: number, flags: number]>("socket_recvmsg"),
  getsockname: securityCheck<[socket: Object]>("socket_getsockname"),
  getpeername: securityCheck<[socket: Object]>("socket_getpeername"),
} as const

function notModelled(what: string, { family, type }: Socket): NotModelledError {
  return new NotModelledError(
    `${what} of a socket of family ${family} and type ${type} is not modelled by the embedded kernel yet`,
  )
}

export function bindSocket(kernel: KernelCore, socket: Socket, given: CopiedAddress): number {
  const refused = security.bind(kernel, socket.socketObject, given.address, given.bytes.length)
  if (refused !== 0) return refused
  if (socket.family === FAMILY.unix) return bindUnix(kernel, socket, given.bytes)
  if (socket.isInternet) return bindInternet(kernel, socket, given.bytes)
  return bindPacket(kernel, socket, given.bytes)
}

export function listenOn(kernel: KernelCore, socket: Socket, backlog: number): number {
  const refused = security.listen(kernel, socket.socketObject, backlog)
  if (refused !== 0) return refused
  if (socket.family === FAMILY.unix) return listenUnix(socket, backlog)
  return socket.type === TYPE.stream ? listenTcp(kernel, socket, backlog) : errno("EOPNOTSUPP")
}

const inetCskAccept = kernelFunction(
  "inet_csk_accept",
  (kernel, sock: Object, _flags: number, _error: number, _kern: number): Object | number => {
    const next = kernel.sockets.at(sock.address)?.waiting.shift()
    return next ? next.object : errno("EAGAIN")
  },
)

/** The next connection, or a negative errno. */
export function acceptOn(kernel: KernelCore, socket: Socket): Socket | number {
  const refused = security.accept(kernel, socket.socketObject, 0)
  if (refused !== 0) return refused
  if (socket.type !== TYPE.stream) return errno("EOPNOTSUPP")
  if (socket.state !== TCP.listen) return errno("EINVAL")
  if (socket.family === FAMILY.unix) return socket.waiting.shift() ?? errno("EAGAIN")
  const child = inetCskAccept(kernel, socket.object, 0, 0, 0)
  return typeof child === "number" ? child : (kernel.sockets.at(child.address) ?? errno("EAGAIN"))
}

export function sendOn(
  kernel: KernelCore,
  socket: Socket,
  bytes: Uint8Array,
  to: Uint8Array | undefined,
): number {
  const refused = security.sendmsg(kernel, socket.socketObject, 0, bytes.length)
  if (refused !== 0) return refused
  if (socket.family === FAMILY.unix) return sendUnix(kernel, socket, bytes, to)
  if (socket.family === FAMILY.packet) return sendPacket(kernel, socket, bytes, to)
  if (socket.type === TYPE.raw) throw notModelled("sendto(2)", socket)
  return socket.type === TYPE.stream
    ? sendStream(kernel, socket, bytes)
    : sendDatagram(kernel, socket, bytes, to)
}

export interface ReceivedMessage {
  readonly bytes: Uint8Array
  /** A sockaddr; undefined of streams. */
  readonly from: Uint8Array | undefined
}

/** What has arrived, or a negative errno. */
export function receiveOn(kernel: KernelCore, socket: Socket, size: number): ReceivedMessage | number {
  const refused = security.recvmsg(kernel, socket.socketObject, 0, size, 0)
  if (refused !== 0) return refused
  if (socket.type === TYPE.stream) {
    const bytes =
      socket.family === FAMILY.unix ? receiveUnixStream(socket, size) : receiveStream(socket, size)
    if (typeof bytes === "number") return bytes
    return bytes ? { bytes, from: undefined } : errno("EAGAIN")
  }
  const error = takeError(socket)
  if (error !== 0) return error
  const arrival = socket.arrivals.shift()
  if (!arrival) return errno("EAGAIN")
  const isOfPackets = socket.family === FAMILY.packet
  const from = arrival.from && (isOfPackets ? arrival.from : senderOf(kernel, socket, arrival.from))
  return { bytes: arrival.bytes.subarray(0, size), from }
}

/** getsockname(2): a sockaddr, or a negative errno. */
export function nameOf(kernel: KernelCore, socket: Socket): Uint8Array | number {
  const refused = security.getsockname(kernel, socket.socketObject)
  if (refused !== 0) return refused
  if (socket.family === FAMILY.unix) return tellUnixName(kernel, socket, "getsockname")
  if (!socket.isInternet) return packetName(socket)
  return toldAddress(kernel, socket, socket.local, "getsockname")
}

/** getpeername(2). */
export function peerNameOf(kernel: KernelCore, socket: Socket): Uint8Array | number {
  const refused = security.getpeername(kernel, socket.socketObject)
  if (refused !== 0) return refused
  if (socket.family === FAMILY.unix) return tellUnixName(kernel, socket, "getpeername")
  if (!socket.isInternet) return errno("EOPNOTSUPP")
  const isConnected = socket.remote.port !== 0 && socket.state !== TCP.close && socket.state !== TCP.synSent
  return isConnected ? toldAddress(kernel, socket, socket.remote, "getpeername") : errno("ENOTCONN")
}

/** The last descriptor is closed. */
export function closeSocket(kernel: KernelCore, socket: Socket): void {
  runSocketHook(kernel, socket, "cgroup_inet_sock_release")
  socket.isClosed = true
  if (socket.family === FAMILY.unix) closeUnix(kernel, socket)
  else if (socket.isInternet && socket.type === TYPE.stream) closeTcp(kernel, socket)
  else if (socket.family === FAMILY.packet) closePacket(kernel, socket)
  else kernel.sockets.remove(socket)
}
