import {
  decodeAddress,
  encodeAddress,
  type Received,
  type SocketAddress,
  type SocketOptions,
  type WorldSocket,
} from "../../kernel/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { type SystemCall, systemCallNumber } from "../ffi/system-calls.ts"

const FAMILIES = { unix: 1, ipv4: 2, ipv6: 10, packet: 17 } as const
const TYPES = { stream: 1, datagram: 2, raw: 3 } as const
const SOCK_CLOEXEC = 0o2000000
const SOCK_NONBLOCK = 0o4000
const ADDRESS_BYTES = 128
const EAGAIN = 11

/**
 * A socket of this process whose descriptor can be told, for socket filters, reuseport groups and sockmaps: Node hides
 * those of its own. Nothing waits, except `connect` on TCP.
 */
export class Socket implements WorldSocket {
  readonly #native: Native
  readonly #descriptor: Descriptor

  private constructor(native: Native, fd: number) {
    this.#native = native
    this.#descriptor = new Descriptor(native, fd)
  }

  /** socket(2). Throws LinuxCallError. */
  static open(
    native: Native,
    { family = "ipv4", type = "stream", protocol = 0 }: SocketOptions = {},
  ): Socket {
    const wire = family === "packet" ? swap(protocol) : protocol
    const call = systemCallNumber("socket")
    const fd = native.syscall(call, FAMILIES[family], TYPES[type] | SOCK_CLOEXEC, wire)
    if (fd < 0) throw new LinuxCallError("socket", -fd)
    return new Socket(native, fd)
  }

  get fd(): number {
    return this.#descriptor.fd
  }

  /** Throws LinuxCallError, as every method here. */
  bind(address: SocketAddress): void {
    this.#withAddress("bind", address)
  }

  connect(address: SocketAddress): void {
    this.#withAddress("connect", address)
  }

  listen(backlog = 16): void {
    this.#call("listen", backlog)
  }

  /** The next connection, or undefined while there is none. */
  accept(): Socket | undefined {
    this.#nonBlocking(true)
    const fd = this.#native.syscall(systemCallNumber("accept4"), this.fd, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK)
    this.#nonBlocking(false)
    if (fd === -EAGAIN) return undefined
    if (fd < 0) throw new LinuxCallError("accept4", -fd)
    return new Socket(this.#native, fd)
  }

  /** Sends to an address, or to the other end. Gives the number of bytes taken. */
  send(bytes: Uint8Array, to?: SocketAddress): number {
    using scratch = new Scratch(this.#native)
    const address = to && encodeAddress(to)
    const data = scratch.copy(bytes)
    const MSG_DONTWAIT_NOSIGNAL = 0x4040
    return this.#call(
      "sendto",
      data,
      bytes.length,
      MSG_DONTWAIT_NOSIGNAL,
      address ? scratch.copy(address) : 0,
      address?.length ?? 0,
    )
  }

  /** What has arrived: a datagram, or bytes of the stream, empty at its end. Undefined while nothing is there. */
  receive(size = 65536): Received | undefined {
    using scratch = new Scratch(this.#native)
    const data = scratch.allocate(size)
    const address = scratch.allocate(ADDRESS_BYTES)
    const length = scratch.allocate(4)
    const lengthView = new DataView(length.bytes.buffer, length.bytes.byteOffset)
    lengthView.setUint32(0, ADDRESS_BYTES, true)
    const MSG_DONTWAIT = 0x40
    const call = systemCallNumber("recvfrom")
    const result = this.#native.syscall(
      call,
      this.fd,
      data.address,
      size,
      MSG_DONTWAIT,
      address.address,
      length.address,
    )
    if (result === -EAGAIN) return undefined
    if (result < 0) throw new LinuxCallError("recvfrom", -result)
    const from = decodeAddress(address.bytes.slice(0, Math.min(lengthView.getUint32(0, true), ADDRESS_BYTES)))
    return { bytes: data.bytes.slice(0, result), from }
  }

  /** getsockname(2). */
  name(): SocketAddress | undefined {
    return this.#readAddress("getsockname")
  }

  /** getpeername(2). */
  peerName(): SocketAddress | undefined {
    return this.#readAddress("getpeername")
  }

  /** setsockopt(2) with a number. */
  setOption(level: number, option: number, value: number): void {
    setSocketOption(this.#native, this.fd, level, option, value)
  }

  /** getsockopt(2) of a number. */
  option(level: number, option: number): number {
    using scratch = new Scratch(this.#native)
    const value = scratch.allocate(4)
    const length = scratch.copy(new Uint8Array(Uint32Array.of(4).buffer))
    this.#call("getsockopt", level, option, value.address, length)
    return new DataView(value.bytes.buffer, value.bytes.byteOffset).getInt32(0, true)
  }

  close(): void {
    this.#descriptor.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #withAddress(call: "bind" | "connect", address: SocketAddress): void {
    using scratch = new Scratch(this.#native)
    const bytes = encodeAddress(address)
    this.#call(call, scratch.copy(bytes), bytes.length)
  }

  #readAddress(call: "getsockname" | "getpeername"): SocketAddress | undefined {
    using scratch = new Scratch(this.#native)
    const address = scratch.allocate(ADDRESS_BYTES)
    const length = scratch.allocate(4)
    const view = new DataView(length.bytes.buffer, length.bytes.byteOffset)
    view.setUint32(0, ADDRESS_BYTES, true)
    this.#call(call, address.address, length.address)
    return decodeAddress(address.bytes.slice(0, Math.min(view.getUint32(0, true), ADDRESS_BYTES)))
  }

  #nonBlocking(isSet: boolean): void {
    const F_SETFL = 4
    this.#call("fcntl", F_SETFL, isSet ? SOCK_NONBLOCK : 0)
  }

  #call(call: SystemCall, ...args: (number | bigint)[]): number {
    const result = this.#native.syscall(systemCallNumber(call), this.fd, ...args)
    if (result < 0) throw new LinuxCallError(call, -result)
    return result
  }
}

/** setsockopt(2) on any descriptor of this process. Throws LinuxCallError. */
export function setSocketOption(
  native: Native,
  fd: number,
  level: number,
  option: number,
  value: number,
): void {
  using scratch = new Scratch(native)
  const bytes = scratch.copy(new Uint8Array(Int32Array.of(value).buffer))
  const result = native.syscall(systemCallNumber("setsockopt"), fd, level, option, bytes, 4)
  if (result < 0) throw new LinuxCallError("setsockopt", -result)
}

/** Ethernet types stand in network byte order. */
function swap(value: number): number {
  return ((value & 0xff) << 8) | ((value >> 8) & 0xff)
}
