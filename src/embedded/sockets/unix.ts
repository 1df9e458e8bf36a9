import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { FAMILY, TCP, TYPE } from "./constants.ts"
import { runAddressHook } from "./hooks/address-hooks.ts"
import { decodeUnix, encodeUnix, familyOf, unixName } from "./sockaddr.ts"
import { Socket } from "./socket.ts"

const errno = (name: Parameters<typeof errnoNumber>[0]): number => -errnoNumber(name)
const MOST_NAME = 108

/** The name in a sockaddr; a negative errno for what is none. */
function nameIn(address: Uint8Array): string | number {
  if (address.length <= 2 || address.length > 2 + MOST_NAME || familyOf(address) !== FAMILY.unix)
    return errno("EINVAL")
  return decodeUnix(address)
}

/** bind(2): a file of the socket's kind is made, unless the name is an abstract one. */
export function bindUnix(kernel: KernelCore, socket: Socket, address: Uint8Array): number {
  const name = nameIn(address)
  if (typeof name === "number") return name
  if (socket.path !== "") return errno("EINVAL")
  const isAbstract = name.startsWith("\0")
  if (isAbstract && kernel.sockets.ofPath(name, socket.type) !== undefined) return errno("EADDRINUSE")
  if (!isAbstract) {
    if (!kernel.files.directoryOf(name)) return errno("ENOENT")
    if (kernel.files.find(name)) return errno("EADDRINUSE")
    const { uid, gid } = kernel.current
    kernel.files.create(name, { mode: 0o755, uid, gid, socket: true })
  }
  socket.path = name
  return 0
}

/** Who is to get it: after the programs, which may name another one. */
function findPeer(
  kernel: KernelCore,
  socket: Socket,
  address: Uint8Array,
  call: "connect" | "sendmsg",
): Socket | number {
  const given = nameIn(address)
  if (typeof given === "number") return given
  const hooked = runAddressHook(kernel, socket, address, { call })
  if (hooked.refused !== 0) return hooked.refused
  const name = decodeUnix(hooked.address)
  const peer = kernel.sockets.ofPath(name, socket.type)
  if (peer === "wrong type") return errno("EPROTOTYPE")
  if (peer) return peer
  if (name.startsWith("\0")) return errno("ECONNREFUSED")
  return errno(kernel.files.find(name) ? "ECONNREFUSED" : "ENOENT")
}

/** connect(2). */
export function connectUnix(kernel: KernelCore, socket: Socket, address: Uint8Array): number {
  const peer = findPeer(kernel, socket, address, "connect")
  if (typeof peer === "number") return peer
  if (socket.type === TYPE.datagram) {
    socket.peer = peer
    socket.state = TCP.established
    return 0
  }
  if (socket.state === TCP.established) return errno("EISCONN")
  if (peer.state !== TCP.listen) return errno("ECONNREFUSED")
  if (peer.waiting.length > peer.backlog) return errno("EAGAIN")
  const { family, type, protocol, netns, group } = peer
  const child = new Socket(kernel, { family, type, protocol, netns, group })
  kernel.sockets.add(child)
  child.path = peer.path
  child.peer = socket
  child.state = TCP.established
  socket.peer = child
  socket.state = TCP.established
  peer.waiting.push(child)
  return 0
}

/** Sends to an address, or to the other end: how many bytes, or a negative errno. */
export function sendUnix(
  kernel: KernelCore,
  socket: Socket,
  bytes: Uint8Array,
  to: Uint8Array | undefined,
): number {
  if (socket.type === TYPE.stream) {
    if (to) return errno(socket.state === TCP.established ? "EISCONN" : "EOPNOTSUPP")
    if (socket.state !== TCP.established) return errno("ENOTCONN")
    if (!socket.peer || socket.peer.isClosed) return errno("EPIPE")
  }
  const peer = to ? findPeer(kernel, socket, to, "sendmsg") : (socket.peer ?? errno("ENOTCONN"))
  if (typeof peer === "number") return peer
  if (peer.isClosed) return errno("ECONNREFUSED")
  peer.arrivals.push({ bytes: bytes.slice(), from: unixName(socket) })
  return bytes.length
}

/** Of a stream the next bytes, empty at its end. */
export function receiveUnixStream(socket: Socket, size: number): Uint8Array | number | undefined {
  const first = socket.arrivals.shift()
  if (!first) {
    if (socket.state !== TCP.established) return errno("EINVAL")
    return socket.peer && !socket.peer.isClosed ? undefined : new Uint8Array(0)
  }
  const rest = first.bytes.subarray(size)
  if (rest.length > 0) socket.arrivals.unshift({ ...first, bytes: rest })
  return first.bytes.subarray(0, size)
}

export function listenUnix(socket: Socket, backlog: number): number {
  if (socket.type !== TYPE.stream) return errno("EOPNOTSUPP")
  if (socket.path === "") return errno("EINVAL")
  socket.backlog = backlog
  socket.state = TCP.listen
  return 0
}

/** getsockname(2) and getpeername(2), past the programs. */
export function tellUnixName(
  kernel: KernelCore,
  socket: Socket,
  call: "getsockname" | "getpeername",
): Uint8Array | number {
  const named = call === "getsockname" ? socket : socket.peer
  if (!named) return errno("ENOTCONN")
  return runAddressHook(kernel, socket, named.path === "" ? encodeUnix("") : unixName(named), { call })
    .address
}

export function closeUnix(kernel: KernelCore, socket: Socket): void {
  for (const child of socket.waiting.splice(0)) {
    child.isClosed = true
    kernel.sockets.remove(child)
  }
  for (const other of kernel.sockets.all())
    if (other.peer === socket && other.type === TYPE.datagram) other.peer = undefined
  kernel.sockets.remove(socket)
}
