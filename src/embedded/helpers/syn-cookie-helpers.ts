import { errnoNumber, NotModelledError } from "../../base/index.ts"
import { FAMILY, IPPROTO, type Socket, TCP } from "../sockets/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel } from "./helper.ts"

const [EINVAL, ENOENT, EPROTONOSUPPORT] = [
  -errnoNumber("EINVAL"),
  -errnoNumber("ENOENT"),
  -errnoNumber("EPROTONOSUPPORT"),
]
const [IPV4_HEADER, IPV6_HEADER, TCP_HEADER] = [20, 40, 20]
/** In a TCP header: its length in units of four bytes, in the upper half; flags. */
const [LENGTH_AT, FLAGS_AT] = [12, 13]
const [FIN, SYN, RST, ACK] = [1, 2, 4, 16]
/** net.ipv4.tcp_syncookies. */
const [NEVER, ALWAYS] = [0, 2]

type Arguments = Parameters<HelperFunction>[1]

interface Question {
  readonly socket: Socket
  readonly tcp: Uint8Array
  readonly ip: Uint8Array
}

/** A listening socket, and the headers of a segment; undefined for what is none. */
function read(kernel: HelperKernel, args: Arguments): Question | undefined {
  const [address, ip, ipLength, tcp, tcpLength] = args
  const bytes = (at: bigint, length: bigint) =>
    kernel.memory.read(memoryArgument(kernel, at, length), word(length))
  const headers = { ip: bytes(ip, ipLength), tcp: bytes(tcp, tcpLength) }
  const socket = kernel.core.sockets.at(Number(address))
  const isListening = socket?.state === TCP.listen && socket.protocol === IPPROTO.tcp
  return isListening && headers.tcp.length >= TCP_HEADER ? { socket, ...headers } : undefined
}

/** 0, or −errno where a header is not of a version that the socket takes. */
function refusedVersion({ socket, ip }: Question): number {
  if (ip.length < IPV4_HEADER) return EINVAL
  const isV6 = socket.family === FAMILY.ipv6
  switch (ip[0]! >> 4) {
    case 4:
      return isV6 && socket.options.onlyV6 ? EINVAL : 0
    case 6:
      return ip.length < IPV6_HEADER || !isV6 ? EINVAL : 0
    default:
      return EPROTONOSUPPORT
  }
}

function cookiesOf({ socket }: Question): number {
  const [when = NEVER] = socket.netns.synCookies
  if (when >= ALWAYS)
    throw new NotModelledError("net.ipv4.tcp_syncookies = 2 is not modelled by the embedded kernel yet")
  return when
}

/** No listening socket is asked too often here: no cookie was sent, so none comes back. */
export const checkSynCookie: HelperFunction = (kernel, args) => {
  const asked = read(kernel, args)
  if (!asked || cookiesOf(asked) === NEVER) return EINVAL
  const flags = asked.tcp[FLAGS_AT]!
  if ((flags & ACK) === 0 || (flags & (RST | SYN)) !== 0) return ENOENT
  return asked.ip.length < IPV4_HEADER ? EINVAL : ENOENT
}

/** And none is to be made. */
export const makeSynCookie: HelperFunction = (kernel, args) => {
  const asked = read(kernel, args)
  if (!asked || asked.tcp.length !== (asked.tcp[LENGTH_AT]! >> 4) * 4) return EINVAL
  if (cookiesOf(asked) === NEVER) return ENOENT
  const flags = asked.tcp[FLAGS_AT]!
  if ((flags & SYN) === 0 || (flags & (ACK | FIN | RST)) !== 0) return EINVAL
  return refusedVersion(asked) || ENOENT
}
