import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import { sourceFor, whyUnreachable } from "../../network/index.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { autobind } from "../bind.ts"
import { FAMILY, TCP } from "../constants.ts"
import type { CopiedAddress } from "../copied-address.ts"
import { callSockOps, SOCK_OPS } from "../hooks/sock-ops.ts"
import { decodeEndpoint } from "../sockaddr.ts"
import { embed, embeddedV4, isAny, type Socket } from "../socket.ts"
import { TCP_FLAG } from "../transport-headers.ts"
import { newConnection } from "./connection.ts"
import { ownMss, transmit } from "./output.ts"
import { setState } from "./state.ts"

const [ETIMEDOUT, EINVAL] = [-errnoNumber("ETIMEDOUT"), -errnoNumber("EINVAL")]

const tcpConnect = kernelFunction("tcp_connect", (kernel, sock: KernelObject): number => {
  const socket = kernel.sockets.at(sock.address)
  if (!socket?.tcp) return EINVAL
  callSockOps(kernel, socket, SOCK_OPS.tcpConnect)
  callSockOps(kernel, socket, SOCK_OPS.rwndInit)
  callSockOps(kernel, socket, SOCK_OPS.timeoutInit)
  callSockOps(kernel, socket, SOCK_OPS.needsEcn)
  const destination = embeddedV4(socket.remote.address) ?? socket.remote.address
  const mss = ownMss(socket, destination)
  socket.tcp.mss = mss
  transmit(kernel, socket, { flags: TCP_FLAG.syn, mss })
  return 0
})

const inetHashConnect = kernelFunction("inet_hash_connect", takePort)
const inet6HashConnect = kernelFunction("inet6_hash_connect", takePort)

/** Gives the socket a port if it has none. */
function takePort(kernel: KernelCore, _row: number, sock: KernelObject): number {
  const socket = kernel.sockets.at(sock.address)
  return socket ? autobind(kernel, socket) : EINVAL
}

const tcpV4Connect = kernelFunction("tcp_v4_connect", connect)
const tcpV6Connect = kernelFunction("tcp_v6_connect", connect)

function connect(kernel: KernelCore, sock: KernelObject, address: CopiedAddress, _length: number): number {
  const socket = kernel.sockets.at(sock.address)
  if (!socket) return EINVAL
  const given = decodeEndpoint(address.bytes)
  // The unspecified address is this machine.
  const target = isAny(given.address) ? loopbackOf(given.address) : given.address
  const source = sourceFor(socket.netns, embeddedV4(target) ?? target)
  if (!source) return whyUnreachable(socket.netns, embeddedV4(target) ?? target)
  setState(kernel, socket, TCP.synSent)
  if (isAny(socket.local.address))
    socket.local = {
      address: socket.family === FAMILY.ipv6 ? embed(source) : source,
      port: socket.local.port,
    }
  socket.remote = { address: target, port: given.port }
  const hash = socket.family === FAMILY.ipv6 ? inet6HashConnect : inetHashConnect
  const bound = hash(kernel, socket.netns.object.addressOf("ipv4.tcp_death_row"), sock)
  if (bound !== 0) {
    setState(kernel, socket, TCP.close)
    return bound
  }
  socket.tcp = newConnection({ sendNext: kernel.random() })
  return tcpConnect(kernel, sock)
}

function loopbackOf(address: Uint8Array): Uint8Array {
  const loopback = new Uint8Array(address.length)
  loopback[address.length - 1] = 1
  if (address.length === 4) loopback[0] = 127
  return loopback
}

/** Sends the request for a connection: 0 or a negative errno. */
export function connectTcp(kernel: KernelCore, socket: Socket, address: CopiedAddress): number {
  const call = socket.family === FAMILY.ipv6 ? tcpV6Connect : tcpV4Connect
  return call(kernel, socket.object, address, address.bytes.length)
}

/** What a request for a connection has ended with: 0 or a negative errno. All that is to happen has happened. */
export function whatCameOf(kernel: KernelCore, socket: Socket): number {
  if (socket.state === TCP.established) return 0
  const { error } = socket
  socket.error = 0
  if (socket.state === TCP.synSent) setState(kernel, socket, TCP.close)
  return error === 0 ? ETIMEDOUT : -error
}
