import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import { securityCheck } from "../tracing/security.ts"
import { FAMILY, IPPROTO, TYPE } from "./constants.ts"
import { runSocketHook } from "./hooks/socket-hooks.ts"
import { openPacket } from "./packet.ts"
import { Socket } from "./socket.ts"

const errno = (name: Parameters<typeof errnoNumber>[0]): number => -errnoNumber(name)
const securitySocketCreate =
  securityCheck<[family: number, type: number, protocol: number, kern: number]>("socket_create")

/** Makes a socket for the task on the CPU: its groups may refuse it. Gives it, or a negative errno. */
export function createSocket(
  kernel: KernelCore,
  family: number,
  type: number,
  protocol: number,
): Socket | number {
  const refused = securitySocketCreate(kernel, family, type, protocol, 0)
  if (refused !== 0) return refused
  const chosen = protocolOf(kernel, family, type, protocol)
  if (chosen < 0) return chosen
  const netns = kernel.network.current
  const socket = new Socket(kernel, { family, type, protocol: chosen, netns, group: kernel.current.group })
  socket.options.congestion = kernel.congestionControls.usual.text
  kernel.sockets.add(socket)
  if (family === FAMILY.packet) openPacket(kernel, socket, protocol & 0xffff)
  const denied = runSocketHook(kernel, socket, "cgroup_inet_sock_create")
  if (denied === 0) return socket
  kernel.sockets.remove(socket)
  return denied
}

/** The protocol that a socket of this kind speaks, or a negative errno. */
function protocolOf({ current }: KernelCore, family: number, type: number, protocol: number): number {
  switch (family) {
    case FAMILY.unix:
      if (protocol > 1) return errno("EPROTONOSUPPORT")
      return type === TYPE.stream || type === TYPE.datagram ? 0 : errno("ESOCKTNOSUPPORT")
    case FAMILY.ipv4:
    case FAMILY.ipv6: {
      if (protocol < 0 || protocol >= 256) return errno("EINVAL")
      if (type === TYPE.raw) {
        if (current.uid !== 0) return errno("EPERM")
        return protocol === 0 ? errno("EPROTONOSUPPORT") : protocol
      }
      const own = type === TYPE.stream ? IPPROTO.tcp : type === TYPE.datagram ? IPPROTO.udp : undefined
      if (own === undefined) return errno("ESOCKTNOSUPPORT")
      if (protocol === 0 || protocol === own) return own
      return errno("EPROTONOSUPPORT")
    }
    case FAMILY.packet:
      return current.uid === 0 ? 0 : errno("EPERM")
    default:
      return errno("EAFNOSUPPORT")
  }
}
