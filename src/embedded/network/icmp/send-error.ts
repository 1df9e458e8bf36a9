import type { KernelCore } from "../../core.ts"
import { kernelFunction } from "../../tracing/kernel-function.ts"
import { checksumOf, pseudoHeaderSum } from "../checksum.ts"
import { type IpHeader, PROTOCOL } from "../headers.ts"
import { sendIp, sourceFor } from "../ip-output.ts"
import { PACKET, type Skb } from "../skb.ts"
import { ICMP_ERRORS, type IcmpErrorKind, isErrorType } from "./error-kinds.ts"

const HEADER = 8
/** How long an error may become with its IP header (RFC 1812, RFC 4443): the rest of the packet it is about is left out. */
const MOST = { ipv4: 576, ipv6: 1280 } as const
const IP_HEADER = { ipv4: 20, ipv6: 40 } as const
/** Of what a network itself has to say; what is kept of the packet's own class. */
const [INTERNETWORK_CONTROL, CLASS_MASK] = [0xc0, 0x1e]
/** In an IPv6 header: where its next header is told. */
const NEXT_HEADER = 6

/**
 * Tells the sender of a packet what became of it. `info` is the MTU of what is too long. Errors, broadcasts, later fragments and
 * packets without a sender are not answered. Every error is sent: how many a second is not limited.
 */
export function sendIcmpError(kernel: KernelCore, skb: Skb, kind: IcmpErrorKind, info = 0): void {
  const start = skb.context.data
  skb.toNetwork()
  const ip = skb.ipHeader()
  if (ip && ip.source.length === 4) {
    const { type, code } = ICMP_ERRORS[kind].ipv4
    icmpSend(kernel, skb, type, code, info)
  } else if (ip) {
    const { type, code } = ICMP_ERRORS[kind].ipv6
    icmp6Send(kernel, skb, type, code, kind === "no protocol" ? NEXT_HEADER : info)
  }
  skb.context.moveTo(start)
}

const icmpSend = kernelFunction("__icmp_send", send)
const icmp6Send = kernelFunction("icmp6_send", send)

function send(kernel: KernelCore, skb: Skb, type: number, code: number, info: number): undefined {
  const ip = skb.ipHeader()
  if (!ip || !isAnswerable(kernel, skb, ip)) return
  const { namespace } = skb.device
  const isV4 = ip.source.length === 4
  const version = isV4 ? "ipv4" : "ipv6"
  // Who was meant answers for itself; who only passes it on, by its own address on the way back.
  const isForUs = namespace.routes.find(ip.destination)?.kind === "local"
  const source = isForUs ? ip.destination : sourceFor(namespace, ip.source)
  if (!source) return
  const quoted = skb.bytes().subarray(0, MOST[version] - IP_HEADER[version] - HEADER)
  const payload = new Uint8Array(HEADER + quoted.length)
  payload.set([type, code])
  new DataView(payload.buffer).setUint32(4, info)
  payload.set(quoted, HEADER)
  const ends = { source, destination: ip.source }
  const protocol = isV4 ? PROTOCOL.icmp : PROTOCOL.icmp6
  const sum = isV4 ? 0 : pseudoHeaderSum(source, ip.source, protocol, payload.length)
  new DataView(payload.buffer).setUint16(2, checksumOf(payload, sum))
  const tos = isV4 ? INTERNETWORK_CONTROL | (ip.tos & CLASS_MASK) : 0
  sendIp(kernel, { namespace, ...ends, protocol, payload, tos, mayFragment: true })
}

function isAnswerable({ memory }: KernelCore, skb: Skb, ip: IpHeader): boolean {
  const isV4 = ip.source.length === 4
  if (skb.context.get("pkt_type") !== PACKET.host) return false
  if (isMany(ip.destination) || isMany(ip.source) || ip.source.every(byte => byte === 0)) return false
  const { data } = skb.context
  if (isV4 && (memory.view.getUint16(data + 6) & 0x1fff) !== 0) return false
  const isIcmp = ip.protocol === (isV4 ? PROTOCOL.icmp : PROTOCOL.icmp6)
  return !isIcmp || !isErrorType(isV4, memory.bytes[data + ip.size] ?? 0)
}

/** Addresses of more than one station: multicast and broadcast. */
function isMany(address: Uint8Array): boolean {
  return address.length === 4 ? address[0]! >= 224 : address[0] === 0xff
}
