import type { KernelCore } from "../../core.ts"
import { TCP } from "../constants.ts"
import type { Socket } from "../socket.ts"
import { streamVerdict } from "../sockmaps/stream-verdict.ts"
import { hasFlag, type Segment, TCP_FLAG } from "../transport-headers.ts"
import { advance, spanOf } from "./connection.ts"
import { transmit } from "./output.ts"
import { pushStream } from "./send.ts"
import { setState } from "./state.ts"

/** The connection is over; its socket goes when nobody has it open. */
export function end(kernel: KernelCore, socket: Socket): void {
  setState(kernel, socket, TCP.close)
  if (socket.isClosed) kernel.sockets.remove(socket)
}

/** Ended by the other end, or by what it sent. */
export function resetBy(kernel: KernelCore, socket: Socket, error: number): void {
  socket.error = error
  end(kernel, socket)
}

/** What a segment brings of the stream. */
export function takeData(kernel: KernelCore, socket: Socket, segment: Segment): void {
  const { tcp } = socket
  const span = spanOf(segment)
  if (!tcp || span === 0 || socket.state === TCP.close || segment.sequence !== tcp.receiveNext) return
  tcp.receiveNext = advance(tcp.receiveNext, span)
  tcp.bytesReceived += segment.data.length
  transmit(kernel, socket, { flags: TCP_FLAG.ack })
  if (segment.data.length > 0 && !socket.isReadClosed) arrive(kernel, socket, segment.data)
  if (hasFlag(segment, TCP_FLAG.fin)) endOfStream(kernel, socket)
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
