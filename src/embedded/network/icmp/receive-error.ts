import type { KernelCore } from "../../core.ts"
import { PROTOCOL } from "../headers.ts"
import type { Skb } from "../skb.ts"
import { type SocketError, socketErrorOf } from "./error-kinds.ts"

const HEADER = 8
/** Bytes of a transport's header that every error has: the ports are there. */
const LEAST_TRANSPORT = 8

/** A packet of this machine's that an error is about, as far as it is quoted. */
export interface QuotedPacket {
  readonly source: Uint8Array
  readonly destination: Uint8Array
  readonly protocol: number
  /** From the transport's header on. */
  readonly transport: Uint8Array
}

/** What a transport does with an error about a packet of its own. */
export type ErrorHandler = (kernel: KernelCore, skb: Skb, quoted: QuotedPacket, error: SocketError) => void

/** Hands an error to the transport whose packet it is about (icmp_unreach, icmpv6_notify). */
export function receiveIcmpError(kernel: KernelCore, skb: Skb, message: Uint8Array, isV4: boolean): void {
  const error = socketErrorOf(isV4, message[0] ?? 0, message[1] ?? 0)
  const quoted = quotedIn(message.subarray(HEADER))
  if (error && quoted) kernel.network.errorHandlers.get(quoted.protocol)?.(kernel, skb, quoted, error)
}

/** A quoted header says how long the packet was, not how much of it is there. */
function quotedIn(bytes: Uint8Array): QuotedPacket | undefined {
  const isV4 = (bytes[0] ?? 0) >> 4 === 4
  const size = isV4 ? (bytes[0]! & 0xf) * 4 : 40
  if (bytes.length < size + LEAST_TRANSPORT) return undefined
  const [from, to, end] = isV4 ? [12, 16, 20] : [8, 24, 40]
  const protocol = isV4 ? bytes[9]! : bytes[6]!
  if (protocol === PROTOCOL.ipv6Route) return undefined
  return {
    source: bytes.slice(from, to),
    destination: bytes.slice(to, end),
    protocol,
    transport: bytes.subarray(size),
  }
}
