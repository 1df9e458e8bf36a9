import type { HeldSocket, MapAttributes } from "../map-storage.ts"
import type { SocketMapKind } from "./socket-map.ts"
import { reuseportArray, socketHash, socketMap } from "./vacancies.ts"

const isServed = ({ protocol, isEstablished, isListening, isBound }: HeldSocket): boolean =>
  protocol === "tcp" ? isEstablished || isListening : protocol === "udp" && isBound

const refuseService: SocketMapKind["refuse"] = socket => (isServed(socket) ? undefined : "EOPNOTSUPP")

export function sockmapKind(attributes: MapAttributes): SocketMapKind {
  return {
    isIndexed: true,
    isServing: true,
    refuse: refuseService,
    missing: "EINVAL",
    vacancy: socketMap(attributes),
  }
}

export function sockhashKind(attributes: MapAttributes): SocketMapKind {
  return {
    isIndexed: false,
    isServing: true,
    refuse: refuseService,
    missing: "ENOENT",
    vacancy: socketHash(attributes),
  }
}

/** Only sockets that share their port and wait on it. */
export function reuseportKind(attributes: MapAttributes): SocketMapKind {
  return {
    isIndexed: true,
    isServing: false,
    refuse({ protocol, sharesPort, isListening, isBound }) {
      if (protocol === "other") return "ENOTSUPP"
      const waits = protocol === "tcp" ? isListening : isBound
      return sharesPort && waits ? undefined : "EINVAL"
    },
    missing: "ENOENT",
    vacancy: reuseportArray(attributes),
  }
}
