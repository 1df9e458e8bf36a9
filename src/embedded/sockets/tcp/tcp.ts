import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { autobind } from "../bind.ts"
import { TCP } from "../constants.ts"
import { callSockOps, SOCK_OPS } from "../hooks/sock-ops.ts"
import { takeError } from "../icmp-errors.ts"
import type { Socket } from "../socket.ts"
import { sendByVerdict } from "../sockmaps/message-verdict.ts"
import { isStuck } from "../sockmaps/stream-verdict.ts"
import { TCP_FLAG } from "../transport-headers.ts"
import { forgetRequests } from "./connection-request.ts"
import { transmit } from "./output.ts"
import { pushStream } from "./send.ts"
import { setState, storeState } from "./state.ts"
import { end } from "./stream.ts"

const EPIPE = -errnoNumber("EPIPE")
const [ENOTCONN, EINVAL, EADDRINUSE] = ["ENOTCONN", "EINVAL", "EADDRINUSE"].map(
  name => -errnoNumber(name as "EINVAL"),
) as [number, number, number]

/** listen(2). */
export function listenTcp(kernel: KernelCore, socket: Socket, backlog: number): number {
  if (socket.state !== TCP.close && socket.state !== TCP.listen) return EINVAL
  socket.backlog = backlog
  if (socket.state === TCP.listen) return 0
  const bound = autobind(kernel, socket)
  if (bound !== 0) return bound
  if (!kernel.sockets.isPortFree(socket, socket.local)) return EADDRINUSE
  storeState(kernel, socket, TCP.listen)
  callSockOps(kernel, socket, SOCK_OPS.tcpListen)
  return 0
}

/** Sends bytes of the stream: how many, or a negative errno. */
export function sendStream(kernel: KernelCore, socket: Socket, bytes: Uint8Array): number {
  const error = takeError(socket)
  if (error !== 0) return error
  const canSend = socket.state === TCP.established || socket.state === TCP.closeWait
  if (!canSend || socket.isWriteClosed) return EPIPE
  const sent = sendByVerdict(kernel, socket, bytes, (part, redirect) => {
    if (redirect?.isIngress) redirect.socket.arrivals.push({ bytes: part, from: undefined })
    else pushStream(kernel, redirect?.socket ?? socket, part)
  })
  if (sent !== undefined) return sent
  pushStream(kernel, socket, bytes)
  return bytes.length
}

/** Bytes of the stream, none at its end; undefined while nothing is there; or a negative errno. */
export function receiveStream(socket: Socket, size: number): Uint8Array | number | undefined {
  if (isStuck(socket)) return undefined
  const first = socket.arrivals.shift()
  if (first) {
    const rest = first.bytes.subarray(size)
    if (rest.length > 0) socket.arrivals.unshift({ ...first, bytes: rest })
    return first.bytes.subarray(0, size)
  }
  const error = takeError(socket)
  if (error !== 0) return error
  if (socket.tcp?.hasEnded || socket.isReadClosed) return new Uint8Array(0)
  if (!socket.tcp || socket.state === TCP.close) return socket.tcp ? new Uint8Array(0) : ENOTCONN
  return undefined
}

const tcpClose = kernelFunction("tcp_close", (kernel, sock: KernelObject, _timeout: bigint): undefined => {
  const socket = kernel.sockets.at(sock.address)
  if (socket) close(kernel, socket)
})

/** The last descriptor of a TCP socket is closed. */
export function closeTcp(kernel: KernelCore, socket: Socket): void {
  tcpClose(kernel, socket.object, 0n)
}

function close(kernel: KernelCore, socket: Socket): void {
  if (socket.state === TCP.listen) {
    setState(kernel, socket, TCP.close)
    for (const child of socket.waiting.splice(0)) abort(kernel, child)
    forgetRequests(kernel, socket)
    kernel.sockets.remove(socket)
    return
  }
  const isUnread = socket.arrivals.length > 0
  if (socket.tcp && isUnread && socket.state !== TCP.close) abort(kernel, socket)
  else finish(kernel, socket)
}

/** Ends a connection at once, and tells the other end. */
function abort(kernel: KernelCore, socket: Socket): void {
  socket.isClosed = true
  setState(kernel, socket, TCP.close)
  transmit(kernel, socket, { flags: TCP_FLAG.rst | TCP_FLAG.ack })
  kernel.sockets.remove(socket)
}

/** Sends our end of the stream; the socket goes when both ends have. */
function finish(kernel: KernelCore, socket: Socket): void {
  switch (socket.state) {
    case TCP.established:
      setState(kernel, socket, TCP.finWait1)
      break
    case TCP.closeWait:
      setState(kernel, socket, TCP.lastAck)
      break
    case TCP.finWait1:
    case TCP.finWait2:
    case TCP.closing:
    case TCP.lastAck:
      return
    default:
      end(kernel, socket)
      return
  }
  transmit(kernel, socket, { flags: TCP_FLAG.fin | TCP_FLAG.ack })
}
