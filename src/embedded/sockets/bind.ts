import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { FAMILY, IP, IPPROTO, TCP } from "./constants.ts"
import { runAddressHook } from "./hooks/address-hooks.ts"
import { runSocketHook } from "./hooks/socket-hooks.ts"
import { decodeEndpoint, familyOf, LEAST_SOCKADDR_IN6, SOCKADDR_IN } from "./sockaddr.ts"
import { anyAddress, type Endpoint, embeddedV4, isAny, type Socket } from "./socket.ts"

const [EINVAL, EACCES] = [-errnoNumber("EINVAL"), -errnoNumber("EACCES")]
const EAFNOSUPPORT = -errnoNumber("EAFNOSUPPORT")
const EADDRINUSE = -errnoNumber("EADDRINUSE")
const EADDRNOTAVAIL = -errnoNumber("EADDRNOTAVAIL")
const AF_UNSPEC = 0
/** Ports below are root's (net.ipv4.ip_unprivileged_port_start). */
const FIRST_UNPRIVILEGED = 1024
/** A bind program's flag: no right is needed for a low port. */
const ANY_PORT = 1

export interface BindOptions {
  /** Ports below 1024 too. */
  readonly anyPort: boolean
  /** bpf_bind: without programs, and the port is chosen at connect. */
  readonly byProgram: boolean
}

/** How long a sockaddr of the socket's family is at least. */
export function leastSockaddr({ family }: Socket): number {
  return family === FAMILY.ipv6 ? LEAST_SOCKADDR_IN6 : SOCKADDR_IN
}

/** bind(2) of an IPv4 or IPv6 socket: 0 or a negative errno. */
export function bindInternet(kernel: KernelCore, socket: Socket, given: Uint8Array): number {
  if (given.length < leastSockaddr(socket)) return EINVAL
  let anyPort = false
  const { refused, address } = runAddressHook(kernel, socket, given, {
    call: "bind",
    onFlags: flags => {
      anyPort = (flags & ANY_PORT) !== 0
    },
  })
  return refused === 0 ? bindTo(kernel, socket, address, { anyPort, byProgram: false }) : refused
}

export function bindTo(
  kernel: KernelCore,
  socket: Socket,
  address: Uint8Array,
  { anyPort, byProgram }: BindOptions,
): number {
  if (familyOf(address) !== socket.family && !isOldStyle(socket, address)) return EAFNOSUPPORT
  const endpoint = decodeEndpoint(address)
  if (!isLocal(socket, endpoint.address)) return EADDRNOTAVAIL
  const { port } = endpoint
  if (!anyPort && port !== 0 && port < FIRST_UNPRIVILEGED && kernel.current.uid !== 0) return EACCES
  if (socket.state !== TCP.close || socket.isBound) return EINVAL
  const isLate = port === 0 && (byProgram || socket.options.other(IPPROTO.ip, IP.bindAddressNoPort) === 1)
  if (isLate) {
    socket.local = endpoint
    return 0
  }
  const taken = takePort(kernel, socket, endpoint)
  if (taken !== 0 || byProgram) return taken
  const version = socket.family === FAMILY.ipv6 ? 6 : 4
  const refused = runSocketHook(kernel, socket, `cgroup_inet${version}_post_bind`)
  if (refused !== 0) socket.local = { address: anyAddress(socket.family), port: 0 }
  return refused
}

/** Programs once left the family out, for any address. */
function isOldStyle({ family }: Socket, address: Uint8Array): boolean {
  return family === FAMILY.ipv4 && familyOf(address) === AF_UNSPEC && isAny(address.subarray(4, 8))
}

/** Gives the socket this port, or any free one for 0. */
function takePort(kernel: KernelCore, socket: Socket, { address, port }: Endpoint): number {
  const chosen = port === 0 ? kernel.sockets.freePort(socket, address) : port
  if (chosen === undefined || !kernel.sockets.isPortFree(socket, { address, port: chosen })) return EADDRINUSE
  socket.local = { address, port: chosen }
  return 0
}

/** Gives a socket a port that has none yet, as connecting and sending do. */
export function autobind(kernel: KernelCore, socket: Socket): number {
  return socket.isBound ? 0 : takePort(kernel, socket, { address: socket.local.address, port: 0 })
}

function isLocal({ netns, options }: Socket, address: Uint8Array): boolean {
  if (isAny(address) || options.other(IPPROTO.ip, IP.freeBind) || options.other(IPPROTO.ip, IP.transparent))
    return true
  const v4 = embeddedV4(address)
  if (v4 && isAny(v4)) return true
  const route = netns.routes.find(v4 ?? address)
  const isMulticast = (v4 ?? address).length === 4 && ((v4 ?? address)[0] ?? 0) >> 4 === 0xe
  return isMulticast || route?.kind === "local"
}
