import { FAMILY, MTU_DISCOVER, TYPE } from "../constants.ts"
import type { Socket } from "../socket.ts"

/** Bytes of receive and send buffers, as sysctls have them on a fresh machine. */
const BUFFERS = { other: [212992, 212992], tcp: [131072, 16384] } as const
const DEFAULT_CONGESTION = "cubic"

/** What setsockopt(2) has set, or the socket was made with. */
export class SocketOptionValues {
  mark = 0
  priority = 0
  boundInterface = 0
  receiveBuffer: number
  sendBuffer: number
  reuseAddress = 0
  reusePort = 0
  onlyV6 = 0
  tos = 0
  ttl = 64
  /** IP_MTU_DISCOVER and IPV6_MTU_DISCOVER. */
  mtuDiscover: number = MTU_DISCOVER.want
  mtuDiscoverV6: number = MTU_DISCOVER.want
  congestion = DEFAULT_CONGESTION
  /** Numbers that only come back: by level and option. */
  readonly #others = new Map<string, number>()

  constructor({ family, type }: Pick<Socket, "family" | "type">) {
    const isTcp = type === TYPE.stream && family !== FAMILY.unix
    const [receive, send] = BUFFERS[isTcp ? "tcp" : "other"]
    this.receiveBuffer = receive
    this.sendBuffer = send
  }

  other(level: number, option: number): number | undefined {
    return this.#others.get(`${level}:${option}`)
  }

  setOther(level: number, option: number, value: number): void {
    this.#others.set(`${level}:${option}`, value)
  }

  /** A connection has what its listening socket had. */
  inherit(from: SocketOptionValues): void {
    const { mark, priority, boundInterface, receiveBuffer, sendBuffer, tos, ttl, congestion } = from
    Object.assign(this, { mark, priority, boundInterface, receiveBuffer, sendBuffer, tos, ttl, congestion })
    for (const [key, value] of from.#others) this.#others.set(key, value)
  }
}
