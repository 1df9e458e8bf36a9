import { errnoNumber, NotModelledError } from "../../base/index.ts"
import { hasGroupPrograms } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { sourceFor, whyUnreachable } from "../network/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { autobind, leastSockaddr } from "./bind.ts"
import { FAMILY, TCP, TYPE } from "./constants.ts"
import type { CopiedAddress } from "./copied-address.ts"
import { addressHookName, runAddressHook } from "./hooks/address-hooks.ts"
import { decodeEndpoint, familyOf } from "./sockaddr.ts"
import { anyAddress, embed, embeddedV4, isAny, type Socket } from "./socket.ts"
import { lockSock, releaseSock } from "./socket-lock.ts"
import { connectTcp, whatCameOf } from "./tcp/connect.ts"
import { connectUnix } from "./unix.ts"

const errno = (name: Parameters<typeof errnoNumber>[0]): number => -errnoNumber(name)
const AF_UNSPEC = 0

const securitySocketConnect =
  securityCheck<[socket: KernelObject, address: number, length: number]>("socket_connect")

/** connect(2) with an address that has been copied in: 0 or a negative errno. */
const sysConnectFile = kernelFunction(
  "__sys_connect_file",
  (kernel, file: KernelObject, given: CopiedAddress, length: number, flags: number): number => {
    const socket = kernel.sockets.at(file.number("private_data"))
    if (!socket) return errno("ENOTSOCK")
    const refused = securitySocketConnect(kernel, socket.socketObject, given.address, length)
    if (refused !== 0) return refused
    if (socket.family === FAMILY.unix) return connectUnix(kernel, socket, given.bytes)
    if (!socket.isInternet) return errno("EOPNOTSUPP")
    const connect = socket.type === TYPE.stream ? inetStreamConnect : inetDgramConnect
    return connect(kernel, socket.socketObject, given, length, flags)
  },
)

export function connectFile(kernel: KernelCore, file: KernelObject, given: CopiedAddress): number {
  return sysConnectFile(kernel, file, given, given.bytes.length, 0)
}

const inetStreamConnect = kernelFunction(
  "inet_stream_connect",
  (kernel, socketObject: KernelObject, given: CopiedAddress, length: number, flags: number): number => {
    const socket = kernel.sockets.at(socketObject.address)
    if (!socket) return errno("EINVAL")
    lockSock(kernel, socket)
    const result = connectStream(kernel, socketObject, given, length, flags, 0)
    releaseSock(kernel, socket)
    return result
  },
)

const connectStream = kernelFunction(
  "__inet_stream_connect",
  (
    kernel,
    socketObject: KernelObject,
    given: CopiedAddress,
    _length: number,
    _flags: number,
    _isSend: number,
  ): number => {
    const socket = kernel.sockets.at(socketObject.address)
    if (!socket) return errno("EINVAL")
    const { bytes } = given
    if (bytes.length < 2) return errno("EINVAL")
    if (familyOf(bytes) === AF_UNSPEC)
      throw new NotModelledError(
        `connect(2) to nothing of a socket of family ${socket.family} and type ${socket.type} is not modelled by the embedded kernel yet`,
      )
    if (socket.state !== TCP.close) return errno(socket.state === TCP.listen ? "EINVAL" : "EISCONN")
    const target = hookedAddress(kernel, socket, given)
    if (typeof target === "number") return target
    const result = connectTcp(kernel, socket, target)
    if (result !== 0) return result
    // It sleeps until the other end has answered; the answer has come while the call had the socket.
    releaseSock(kernel, socket)
    lockSock(kernel, socket)
    return whatCameOf(kernel, socket)
  },
)

const inetDgramConnect = kernelFunction(
  "inet_dgram_connect",
  (kernel, socketObject: KernelObject, given: CopiedAddress, _length: number, _flags: number): number => {
    const socket = kernel.sockets.at(socketObject.address)
    if (!socket) return errno("EINVAL")
    const { bytes } = given
    if (bytes.length < 2) return errno("EINVAL")
    if (familyOf(bytes) === AF_UNSPEC) {
      socket.remote = { address: anyAddress(socket.family), port: 0 }
      socket.state = TCP.close
      return 0
    }
    const target = hookedAddress(kernel, socket, given)
    return typeof target === "number" ? target : connectDatagram(kernel, socket, target.bytes)
  },
)

type PreConnect = [sock: KernelObject, given: CopiedAddress, length: number]
const preConnect = {
  tcp4: kernelFunction<PreConnect, number>("tcp_v4_pre_connect", runHook),
  tcp6: kernelFunction<PreConnect, number>("tcp_v6_pre_connect", runHook),
  udp4: kernelFunction<PreConnect, number>("udp_pre_connect", runHook),
  udp6: kernelFunction<PreConnect, number>("udpv6_pre_connect", runHook),
} as const

/** Lets the socket's groups decide; they write the address where it stands. */
function runHook(kernel: KernelCore, sock: KernelObject, given: CopiedAddress, _length: number): number {
  const socket = kernel.sockets.at(sock.address)
  if (!socket) return errno("EINVAL")
  const { refused, address } = runAddressHook(kernel, socket, given.bytes, { call: "connect" })
  kernel.memory.write(given.address, address)
  return refused
}

/** The address to connect to once the groups' programs have seen it, or a negative errno. */
function hookedAddress(kernel: KernelCore, socket: Socket, given: CopiedAddress): CopiedAddress | number {
  const { address, bytes } = given
  if (bytes.length < leastSockaddr(socket)) return errno("EINVAL")
  if (familyOf(bytes) !== socket.family) return errno("EAFNOSUPPORT")
  if (!hasGroupPrograms(kernel, socket.group, addressHookName(socket, "connect"))) return given
  const version = socket.family === FAMILY.ipv6 ? 6 : 4
  const ask = preConnect[`${socket.type === TYPE.stream ? "tcp" : "udp"}${version}`]
  const refused = ask(kernel, socket.object, given, bytes.length)
  return refused === 0 ? { address, bytes: kernel.memory.read(address, bytes.length) } : refused
}

/** Remembers who datagrams go to and come from. */
function connectDatagram(kernel: KernelCore, socket: Socket, address: Uint8Array): number {
  const bound = autobind(kernel, socket)
  if (bound !== 0) return bound
  const remote = decodeEndpoint(address)
  const source = sourceFor(socket.netns, embeddedV4(remote.address) ?? remote.address)
  if (!source) return whyUnreachable(socket.netns, embeddedV4(remote.address) ?? remote.address)
  if (isAny(socket.local.address)) {
    const own = socket.family === FAMILY.ipv6 ? embed(source) : source
    socket.local = { address: own, port: socket.local.port }
  }
  socket.remote = remote
  socket.state = TCP.established
  return 0
}
