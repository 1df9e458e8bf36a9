import type { SocketAddress } from "./socket-address.ts"

export interface SocketOptions {
  /** The default is "ipv4". */
  readonly family?: "unix" | "ipv4" | "ipv6" | "packet"
  /** The default is "stream". */
  readonly type?: "stream" | "datagram" | "raw"
  /** In host byte order; of a packet socket an Ethernet type. */
  readonly protocol?: number
}

export interface Received {
  readonly bytes: Uint8Array
  readonly from: SocketAddress | undefined
}

/** A socket of the acting process. Methods throw SystemCallError. Nothing waits, except `connect` on TCP. */
export interface WorldSocket extends Disposable {
  readonly fd: number
  bind(address: SocketAddress): void
  connect(address: SocketAddress): void
  listen(backlog?: number): void
  /** The next connection, or undefined while there is none. */
  accept(): WorldSocket | undefined
  /** Sends to an address, or to the other end. Gives the number of bytes taken. */
  send(bytes: Uint8Array, to?: SocketAddress): number
  /** What has arrived: a datagram, or bytes of the stream, empty at its end. Undefined while nothing is there. */
  receive(size?: number): Received | undefined
  /** getsockname(2). */
  name(): SocketAddress | undefined
  /** getpeername(2). */
  peerName(): SocketAddress | undefined
  /** setsockopt(2) with a number of 32 bits. */
  setOption(level: number, option: number, value: number): void
  /** getsockopt(2) of a number of 32 bits. */
  option(level: number, option: number): number
  close(): void
}
