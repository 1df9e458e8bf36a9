import { FAMILY } from "./constants.ts"
import type { Endpoint, Socket } from "./socket.ts"

export const SOCKADDR_IN = 16
export const SOCKADDR_IN6 = 28
/** RFC 2133's, without the scope. */
export const LEAST_SOCKADDR_IN6 = 24

/** `struct sockaddr_in` or `…_in6` of an endpoint. */
export function encodeEndpoint({ address, port }: Endpoint): Uint8Array {
  const isV4 = address.length === 4
  const bytes = new Uint8Array(isV4 ? SOCKADDR_IN : SOCKADDR_IN6)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, isV4 ? FAMILY.ipv4 : FAMILY.ipv6, true)
  view.setUint16(2, port)
  bytes.set(address, isV4 ? 4 : 8)
  return bytes
}

/** The endpoint in a sockaddr of the Internet that is long enough. */
export function decodeEndpoint(bytes: Uint8Array): Endpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isV4 = familyOf(bytes) === FAMILY.ipv4
  return { address: isV4 ? bytes.slice(4, 8) : bytes.slice(8, 24), port: view.getUint16(2) }
}

export function familyOf(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)
}

/** `struct sockaddr_un` of a name. */
export function encodeUnix(path: string): Uint8Array {
  const bytes = new Uint8Array(2 + path.length)
  bytes[0] = FAMILY.unix
  for (let index = 0; index < path.length; index++) bytes[2 + index] = path.charCodeAt(index)
  return bytes
}

/** The name in a sockaddr_un, one character a byte: of paths without their NUL, of abstract ones from it on. */
export function decodeUnix(bytes: Uint8Array): string {
  const name = bytes.subarray(2)
  const end = name[0] === 0 ? name.length : name.indexOf(0)
  return String.fromCharCode(...name.subarray(0, end < 0 ? name.length : end))
}

/** The name of a unix socket as getsockname(2) gives it: paths end with a NUL. */
export function unixName({ path }: Pick<Socket, "path">): Uint8Array {
  return encodeUnix(path === "" || path.startsWith("\0") ? path : `${path}\0`)
}
