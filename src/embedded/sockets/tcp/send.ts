import { errnoNumber } from "../../../base/index.ts"
import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import type { Socket } from "../socket.ts"
import { TCP_FLAG } from "../transport-headers.ts"
import { reservedOptions } from "./header-options.ts"
import { transmit } from "./output.ts"

const EPIPE = -errnoNumber("EPIPE")

/** A struct msghdr, which probes see without what is in it. */
interface StreamMessage {
  readonly address: number
  readonly bytes: Uint8Array
}

const tcpSendmsg = kernelFunction(
  "tcp_sendmsg",
  (kernel, sock: KernelObject, message: StreamMessage, _length: number): number => {
    const socket = kernel.sockets.at(sock.address)
    if (!socket?.tcp) return EPIPE
    const { bytes } = message
    const mss = socket.tcp.mss - reservedOptions(kernel, socket)
    for (let at = 0; at < bytes.length; at += mss) {
      const data = bytes.subarray(at, at + mss)
      socket.tcp.bytesSent += data.length
      transmit(kernel, socket, { flags: TCP_FLAG.ack | TCP_FLAG.psh, data })
    }
    return bytes.length
  },
)

/** Sends bytes of a stream past no program. */
export function pushStream(kernel: KernelCore, socket: Socket, bytes: Uint8Array): void {
  const header = kernel.types.create("msghdr")
  tcpSendmsg(kernel, socket.object, { address: header.address, bytes }, bytes.length)
  header.free()
}
