import type { KernelCore } from "../core.ts"
import { sendIp } from "../network/index.ts"
import { IPPROTO } from "./constants.ts"
import { type Endpoint, embeddedV4, type Socket } from "./socket.ts"
import { advance, spanOf } from "./tcp-connection.ts"
import { buildTcp, type Ends, type Segment, TCP_FLAG } from "./transport-headers.ts"

const NO_DATA = new Uint8Array(0)
const WINDOW = 65495
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
}

/** Sends one segment of a connection. 0, or a negative errno that the network gave. */
export function transmit(kernel: KernelCore, socket: Socket, { flags, data = NO_DATA, mss }: Sent): number {
  const { tcp } = socket
  if (!tcp) throw new Error("BUG: a segment of no connection")
  const segment: Segment = {
    sequence: tcp.sendNext,
    acknowledged: (flags & TCP_FLAG.ack) !== 0 ? tcp.receiveNext : 0,
    flags,
    window: WINDOW,
    data,
    mss,
  }
  tcp.sendNext = advance(tcp.sendNext, spanOf(segment))
  tcp.segmentsOut += 1
  return sendSegment(kernel, socket, endsOf(socket), segment)
}

/** Sends a segment for a socket, or for a connection that it is asked for. */
export function sendSegment(kernel: KernelCore, socket: Socket, ends: Ends, segment: Segment): number {
  const { mark, priority, tos, ttl } = socket.options
  return sendIp(kernel, {
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
