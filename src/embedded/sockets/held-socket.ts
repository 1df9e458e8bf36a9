import type { KernelCore } from "../core.ts"
import type { HeldSocket } from "../maps/index.ts"
import { IPPROTO, TCP } from "./constants.ts"
import type { Socket } from "./socket.ts"

/** A socket as maps see it. */
export function heldSocket(kernel: KernelCore, socket: Socket): HeldSocket {
  const { contextAddress, object, protocol, state, isInternet } = socket
  const isTcp = isInternet && protocol === IPPROTO.tcp
  const isUdp = isInternet && protocol === IPPROTO.udp
  return {
    contextAddress,
    owner: object.address,
    cookie: kernel.sockets.cookie(socket),
    protocol: isTcp ? "tcp" : isUdp ? "udp" : "other",
    isEstablished: state === TCP.established,
    isListening: state === TCP.listen,
    isBound: socket.isBound,
    sharesPort: socket.options.reusePort === 1,
    serve: programs => {
      socket.service = programs
    },
  }
}
