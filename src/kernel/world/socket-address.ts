import { decodeUtf8, encodeUtf8, UsageError } from "../../base/index.ts"

/** An end of a socket: IPv4 or IPv6, a path in the file system or behind "@", or an interface by its index. */
export type SocketAddress =
  | { readonly address: string; readonly port: number }
  | { readonly path: string }
  | { readonly interface: number; readonly protocol?: number }

const [AF_UNIX, AF_INET, AF_INET6, AF_PACKET] = [1, 2, 10, 17]
const MOST_PATH_BYTES = 107
const PACKET_BYTES = 20

/** `struct sockaddr_in`, `…_in6`, `…_un` or `…_ll`. Throws UsageError. */
export function encodeAddress(address: SocketAddress): Uint8Array {
  if ("path" in address) return encodePath(address.path)
  if ("interface" in address) {
    const bytes = new Uint8Array(PACKET_BYTES)
    const view = new DataView(bytes.buffer)
    view.setUint16(0, AF_PACKET, true)
    view.setUint16(2, address.protocol ?? 0)
    view.setInt32(4, address.interface, true)
    return bytes
  }
  const host = addressBytes(address.address)
  const bytes = new Uint8Array(host.length === 4 ? 16 : 28)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, host.length === 4 ? AF_INET : AF_INET6, true)
  view.setUint16(2, address.port)
  bytes.set(host, host.length === 4 ? 4 : 8)
  return bytes
}

/** What the kernel wrote; undefined for a family that has no shape here, or a socket without a name. */
export function decodeAddress(bytes: Uint8Array): SocketAddress | undefined {
  if (bytes.length < 2) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const family = view.getUint16(0, true)
  if (family === AF_INET && bytes.length >= 8)
    return { address: bytes.subarray(4, 8).join("."), port: view.getUint16(2) }
  if (family === AF_INET6 && bytes.length >= 24)
    return { address: ipv6Text(bytes.subarray(8, 24)), port: view.getUint16(2) }
  if (family === AF_PACKET && bytes.length >= 8)
    return { interface: view.getInt32(4, true), protocol: view.getUint16(2) }
  if (family === AF_UNIX && bytes.length > 2) {
    const path = bytes.subarray(2)
    if (path[0] === 0) return { path: `@${decodeUtf8(path.subarray(1))}` }
    const end = path.indexOf(0)
    return { path: decodeUtf8(end < 0 ? path : path.subarray(0, end)) }
  }
  return undefined
}

/** The four or sixteen bytes of an address, in network order. Throws UsageError. */
export function addressBytes(address: string): Uint8Array {
  const bytes = address.includes(":") ? ipv6Bytes(address) : ipv4Bytes(address)
  if (!bytes) throw new UsageError(`'${address}' is no IP address (EINVAL)`, { errno: "EINVAL" })
  return bytes
}

/** Four numbers with dots, without the older ways to write fewer or in other bases. */
function ipv4Bytes(address: string): Uint8Array | undefined {
  const parts = address.split(".")
  const isAddress = parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  return isAddress ? Uint8Array.from(parts, Number) : undefined
}

function ipv6Bytes(address: string): Uint8Array | undefined {
  const short = shortenIpv6(address)
  if (short === undefined) return undefined
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map(group => Number.parseInt(group, 16))
  const [left = "", right] = short.split("::")
  const [head, tail] = [groups(left), groups(right ?? "")]
  const middle = new Array<number>(8 - head.length - tail.length).fill(0)
  return Uint8Array.from([...head, ...middle, ...tail].flatMap(group => [group >> 8, group & 0xff]))
}

/** The text of an address of four or sixteen bytes. */
export function addressText(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join(".") : ipv6Text(bytes)
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  ).join(":")
  return shortenIpv6(groups) ?? groups
}

/** The URL parser checks addresses, and shortens them as RFC 5952 asks. */
function shortenIpv6(address: string): string | undefined {
  const url = `http://[${address}]`
  return /^[\da-f:.]+$/i.test(address) && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined
}

function encodePath(path: string): Uint8Array {
  const name = path.startsWith("@") ? encodeUtf8(`\0${path.slice(1)}`) : encodeUtf8(`${path}\0`)
  if (name.length > MOST_PATH_BYTES + 1)
    throw new UsageError(`'${path}' is longer than ${MOST_PATH_BYTES} bytes (ENAMETOOLONG)`, {
      errno: "ENAMETOOLONG",
    })
  const bytes = new Uint8Array(2 + name.length)
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true)
  bytes.set(name, 2)
  return bytes
}
