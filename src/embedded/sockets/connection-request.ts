import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { FAMILY } from "./constants.ts"
import { type Endpoint, embed, type Socket } from "./socket.ts"
import { advance } from "./tcp-connection.ts"
import type { Ends, Segment } from "./transport-headers.ts"

/** A connection that is asked for, as its listening socket keeps it until the other end confirms. */
export interface ConnectionRequest {
  /** struct tcp_request_sock. */
  readonly object: KernelObject
  /** From here to the other end. */
  readonly ends: Ends
  readonly sendNext: number
  readonly receiveNext: number
  readonly mss: number
}

/** Its state while it is only asked for. */
const NEW_SYN_RECEIVED = 12
/** What is assumed of an end that does not say. */
const DEFAULT_MSS = 536

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

/** What a segment with SYN asks a listening socket for; `start` is the first number of our side. */
export function newRequest(
  kernel: KernelCore,
  listener: Socket,
  ends: Ends,
  segment: Segment,
  start: number,
): ConnectionRequest {
  const back = { source: ends.destination, destination: ends.source }
  return {
    object: requestObject(kernel, listener, back),
    ends: back,
    sendNext: advance(start, 1),
    receiveNext: advance(segment.sequence, 1),
    mss: segment.mss ?? DEFAULT_MSS,
  }
}

/** A request is confirmed, or not wanted any more. */
export function forgetRequest(listener: Socket, request: ConnectionRequest): void {
  const { source, destination } = request.ends
  requestsOf(listener).delete(keyOf({ source: destination, destination: source }))
  request.object.free()
}

export function forgetRequests(listener: Socket): void {
  for (const request of requestsOf(listener).values()) forgetRequest(listener, request)
}

export function inFamily(family: number, { address, port }: Endpoint): Endpoint {
  return { address: family === FAMILY.ipv6 ? embed(address) : address, port }
}

const COMMON = "req.req.__req_common"

function requestObject(
  kernel: KernelCore,
  { family, netns, object }: Socket,
  { source, destination }: Ends,
): KernelObject {
  const { port } = destination
  const request = kernel.types.create("tcp_request_sock", {
    [`${COMMON}.skc_family`]: family,
    [`${COMMON}.skc_state`]: NEW_SYN_RECEIVED,
    [`${COMMON}.skc_net.net`]: netns.object,
    [`${COMMON}.skc_listener`]: object,
    [`${COMMON}.skc_num`]: source.port,
    [`${COMMON}.skc_dport`]: ((port & 0xff) << 8) | (port >> 8),
  })
  for (const [side, { address }] of [["rcv_saddr", source] as const, ["daddr", destination] as const]) {
    const field = address.length === 4 ? `skc_${side}` : `skc_v6_${side}`
    kernel.memory.write(request.addressOf(`${COMMON}.${field}`), address)
  }
  return request
}
