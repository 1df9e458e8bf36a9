import type { KernelCore } from "../../core.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { checksumOf, pseudoHeaderSum } from "../checksum.ts"
import { type IpHeader, PROTOCOL } from "../headers.ts"
import { sendIp } from "../ip-output.ts"
import type { Transport } from "../namespace.ts"
import type { Skb } from "../skb.ts"
import { isErrorType } from "./error-kinds.ts"
import { receiveIcmpError } from "./receive-error.ts"

const ECHO = {
  ipv4: { request: 8, reply: 0 },
  ipv6: { request: 128, reply: 129 },
} as const
const HEADER = 8

/** An echo request, or the answer to one. */
export function echoMessage(
  kind: "request" | "reply",
  { source, destination }: Pick<IpHeader, "source" | "destination">,
  id: number,
  sequence: number,
  data: Uint8Array,
): Uint8Array {
  const isV4 = source.length === 4
  const bytes = new Uint8Array(HEADER + data.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = ECHO[isV4 ? "ipv4" : "ipv6"][kind]
  view.setUint16(4, id)
  view.setUint16(6, sequence)
  bytes.set(data, HEADER)
  const start = isV4 ? 0 : pseudoHeaderSum(source, destination, PROTOCOL.icmp6, bytes.length)
  view.setUint16(2, checksumOf(bytes, start))
  return bytes
}

/** The answer to an echo request from `destination`; undefined to what is none. */
export function echoReply(
  request: Uint8Array,
  ends: Pick<IpHeader, "source" | "destination">,
): Uint8Array | undefined {
  if (request.length < HEADER || request[0] !== ECHO[ends.source.length === 4 ? "ipv4" : "ipv6"].request)
    return undefined
  const view = new DataView(request.buffer, request.byteOffset, request.length)
  return echoMessage("reply", ends, view.getUint16(4), view.getUint16(6), request.subarray(HEADER))
}

const icmpRcv = kernelFunction("icmp_rcv", answer)
const icmpv6Rcv = kernelFunction("icmpv6_rcv", answer)

export const ICMP: Transport = (kernel, skb, ip) => {
  const receive = ip.source.length === 4 ? icmpRcv : icmpv6Rcv
  receive(kernel, skb)
}

/** Requests are answered, answers go to who waits for them, errors to the transport of the packet that they are about. */
function answer(kernel: KernelCore, skb: Skb): number {
  const ip = skb.ipHeader()
  const payload = skb.bytes()
  if (!ip || payload.length < HEADER) return 0
  const isV4 = ip.source.length === 4
  if (isErrorType(isV4, payload[0]!)) {
    receiveIcmpError(kernel, skb, payload, isV4)
    return 0
  }
  const { reply } = ECHO[isV4 ? "ipv4" : "ipv6"]
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length)
  if (payload[0] === reply) kernel.network.onEchoReply(view.getUint16(4))
  const ends = { source: ip.destination, destination: ip.source }
  const message = echoReply(payload, ends)
  const { namespace } = skb.device
  if (message) sendIp(kernel, { namespace, ...ends, protocol: ip.protocol, payload: message })
  return 0
}
