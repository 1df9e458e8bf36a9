import { CONTEXT_LAYOUTS } from "../../../catalog/details.ts"
import type { KernelCore } from "../../core.ts"
import type { KernelObject } from "../../memory/index.ts"
import type { NetNamespace } from "../../network/index.ts"
import { fieldOffsets } from "../../packets/index.ts"
import { FAMILY, TCP } from "../constants.ts"
import { type Endpoint, embed, type Socket } from "../socket.ts"
import type { Ends, Segment } from "../transport-headers.ts"
import { advance } from "./connection.ts"
import type { SavedSyn } from "./saved-syn.ts"

/** A connection that is asked for, as its listening socket keeps it until the other end confirms. */
export interface ConnectionRequest {
  /** struct tcp_request_sock. */
  readonly object: KernelObject
  /** From here to the other end. */
  readonly ends: Ends
  readonly sendNext: number
  readonly receiveNext: number
  readonly mss: number
  /** Undefined where the listening socket does not keep it. */
  readonly savedSyn: SavedSyn | undefined
}

const SOCK_FIELD = fieldOffsets("bpf_sock")
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

/** A request, and who was asked. */
export interface AskedFor {
  readonly listener: Socket
  readonly request: ConnectionRequest
}

/** Requests that programs have seen, by their `struct bpf_sock`. */
const seen = new Map<number, AskedFor>()

export function requestAt(contextAddress: number): AskedFor | undefined {
  return seen.get(contextAddress)
}

/** The request for a connection with these ends, of packets that come in; undefined where nobody was asked. */
export function findRequest({ sockets }: KernelCore, netns: NetNamespace, ends: Ends): AskedFor | undefined {
  const key = keyOf(ends)
  for (const listener of sockets.all()) {
    const request =
      listener.state === TCP.listen && listener.netns === netns ? requestsOf(listener).get(key) : undefined
    if (request) return { listener, request }
  }
  return undefined
}

/** Where the `struct bpf_sock` of a request stands: it has no more than its ends and its state. */
export function requestContext({ memory }: KernelCore, asked: AskedFor): number {
  const known = [...seen].find(([, { request }]) => request === asked.request)
  if (known) return known[0]
  const at = memory.alloc(CONTEXT_LAYOUTS.bpf_sock.size)
  const { source, destination } = asked.request.ends
  const word = (field: keyof typeof SOCK_FIELD, value: number) =>
    memory.view.setUint32(at + SOCK_FIELD[field], value, true)
  const { family, type, protocol } = asked.listener
  word("family", family)
  word("type", type)
  word("protocol", protocol)
  word("state", NEW_SYN_RECEIVED)
  word("src_port", source.port)
  word("dst_port", ((destination.port & 0xff) << 8) | (destination.port >> 8))
  for (const [side, { address }] of [["src", source] as const, ["dst", destination] as const])
    memory.write(at + SOCK_FIELD[`${side}_ip${address.length === 4 ? "4" : "6"}`], address)
  seen.set(at, asked)
  return at
}

/** What a segment with SYN asks a listening socket for; `start` is the first number of our side. */
export function newRequest(
  kernel: KernelCore,
  listener: Socket,
  ends: Ends,
  segment: Segment,
  start: number,
  savedSyn: SavedSyn | undefined,
): ConnectionRequest {
  const back = { source: ends.destination, destination: ends.source }
  return {
    object: requestObject(kernel, listener, back),
    ends: back,
    sendNext: advance(start, 1),
    receiveNext: advance(segment.sequence, 1),
    mss: segment.mss ?? DEFAULT_MSS,
    savedSyn,
  }
}

/** A request is confirmed, or not wanted any more. */
export function forgetRequest(kernel: KernelCore, listener: Socket, request: ConnectionRequest): void {
  const { source, destination } = request.ends
  requestsOf(listener).delete(keyOf({ source: destination, destination: source }))
  for (const [at, asked] of seen)
    if (asked.request === request) {
      seen.delete(at)
      kernel.memory.free(at)
    }
  request.object.free()
}

export function forgetRequests(kernel: KernelCore, listener: Socket): void {
  for (const request of requestsOf(listener).values()) forgetRequest(kernel, listener, request)
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
