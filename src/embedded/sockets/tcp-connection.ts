import type { Socket } from "./socket.ts"
import type { Ends, Segment } from "./transport-headers.ts"

/** The counters of one TCP connection. */
export interface TcpConnection {
  /** Made by a listening socket. */
  readonly isPassive: boolean
  /** The next byte to send, and the next one to come. */
  sendNext: number
  receiveNext: number
  /** The largest segment that the other end takes. */
  mss: number
  /** The other end has sent everything. */
  hasEnded: boolean
  bytesSent: number
  bytesReceived: number
  segmentsOut: number
  segmentsIn: number
}

/** A connection that is asked for, as its listening socket keeps it until the other end confirms. */
export interface ConnectionRequest {
  readonly ends: Ends
  readonly sendNext: number
  readonly receiveNext: number
  readonly mss: number
}

export function newConnection(values: Partial<TcpConnection>): TcpConnection {
  return {
    isPassive: false,
    sendNext: 0,
    receiveNext: 0,
    mss: 536,
    hasEnded: false,
    bytesSent: 0,
    bytesReceived: 0,
    segmentsOut: 0,
    segmentsIn: 0,
    ...values,
  }
}

/** Sequence numbers wrap. */
export function advance(sequence: number, count: number): number {
  return (sequence + count) >>> 0
}

/** What a segment takes of the sequence space. */
export function spanOf({ data, flags }: Segment): number {
  const [FIN, SYN] = [1, 2]
  return data.length + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0)
}

/** Requests of listening sockets, by the ends. */
const requests = new WeakMap<Socket, Map<string, ConnectionRequest>>()

export function requestsOf(listener: Socket): Map<string, ConnectionRequest> {
  const known = requests.get(listener) ?? new Map<string, ConnectionRequest>()
  requests.set(listener, known)
  return known
}

export function keyOf({ source, destination }: Ends): string {
  return `${source.address.join(".")}/${source.port}-${destination.address.join(".")}/${destination.port}`
}
