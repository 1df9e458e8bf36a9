import { sameBytes } from "../network/index.ts"
import { FAMILY, TCP, TYPE } from "./constants.ts"
import { type Endpoint, embeddedV4, isAny, type Socket } from "./socket.ts"

/** IPv4 addresses in their own four bytes, wherever they stand. */
function plain(address: Uint8Array): Uint8Array {
  return embeddedV4(address) ?? address
}

function overlap(a: Socket, ofA: Uint8Array, b: Socket, ofB: Uint8Array): boolean {
  const [first, second] = [plain(ofA), plain(ofB)]
  if (isAny(first)) return takes(a, first, second)
  if (isAny(second)) return takes(b, second, first)
  return sameBytes(first, second)
}

/** Whether a socket that is bound to any address takes one of the other version. */
function takes({ options }: Socket, any: Uint8Array, address: Uint8Array): boolean {
  if (any.length === address.length) return true
  return any.length === 16 && options.onlyV6 === 0
}

/** Whether two sockets of a protocol cannot share a port. */
export function portsConflict(socket: Socket, { address, port }: Endpoint, other: Socket): boolean {
  if (other.protocol !== socket.protocol || !other.isInternet || other.local.port !== port) return false
  // The connections of a listening socket share its port.
  if (other.state !== TCP.listen && other.tcp?.isPassive) return false
  if (!overlap(socket, address, other, other.local.address)) return false
  if (socket.options.reusePort && other.options.reusePort) return false
  const bothReuse = socket.options.reuseAddress && other.options.reuseAddress
  return !(bothReuse && (socket.type === TYPE.datagram || other.state !== TCP.listen))
}

/** How well a socket fits a packet; 0 when it is not for it. */
export function score(socket: Socket, local: Endpoint, remote: Endpoint, device: number): number {
  if (socket.local.port !== local.port || socket.local.port === 0) return 0
  const { boundInterface } = socket.options
  if (boundInterface !== 0 && boundInterface !== device) return 0
  const address = plain(socket.local.address)
  const isWildcard = isAny(address)
  if (!isWildcard && !sameBytes(address, plain(local.address))) return 0
  if (isWildcard && !takes(socket, address, plain(local.address))) return 0
  if (socket.family === FAMILY.ipv4 && local.address.length === 16) return 0
  let points = 1 + (isWildcard ? 0 : 2) + (boundInterface !== 0 ? 4 : 0)
  if (socket.remote.port !== 0) {
    if (socket.remote.port !== remote.port) return 0
    if (!sameBytes(plain(socket.remote.address), plain(remote.address))) return 0
    points += 8
  } else if (socket.type === TYPE.stream && socket.state !== TCP.listen) return 0
  return points
}
