import { NetlinkError } from "../../kernel/index.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import type { Native } from "../ffi/native.ts"
import { Scratch } from "../ffi/scratch.ts"
import { systemCallNumber } from "../ffi/system-calls.ts"
import type { Attribute } from "./attributes.ts"
import {
  decodeMessages,
  encodeMessage,
  failureOf,
  type NetlinkMessage,
  NLM_F,
  NLM_F_DUMP_INTERRUPTED,
  NLMSG_DONE,
  NLMSG_ERROR,
} from "./message.ts"

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const NETLINK_ROUTE = 0
const SOL_NETLINK = 270
/** Answers without a copy of the request, and with the kernel's words (since 4.12). */
const [NETLINK_CAP_ACK, NETLINK_EXT_ACK] = [10, 11]
const MSG_TRUNC = 0x20
/** The kernel makes no datagram of a dump larger than 32 KiB. */
const BUFFER_BYTES = 1 << 16
const DUMP_ATTEMPTS = 5

/** One request: a message's type, flags beside request and ack, fixed header and attributes. */
export interface NetlinkRequest {
  readonly type: number
  readonly flags?: number
  readonly fixed: Uint8Array
  readonly attributes?: readonly Attribute[]
}

/** A socket of the routing family: interfaces, routes, traffic control. The kernel answers before sendto(2) returns. */
export class Netlink implements Disposable {
  readonly #native: Native
  readonly #socket: Descriptor
  #sequence = 0

  /** Throws LinuxCallError where the kernel gives no socket. */
  constructor(native: Native) {
    const call = systemCallNumber("socket")
    const fd = native.syscall(call, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
    if (fd < 0) throw new LinuxCallError("socket", -fd)
    this.#native = native
    this.#socket = new Descriptor(native, fd)
    // Older kernels refuse these: errors are without words then.
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK]) this.#enable(option)
  }

  /** Makes a request and gives the messages that answer it. Throws NetlinkError, with the kernel's words where it has some. */
  request(request: NetlinkRequest): NetlinkMessage[] {
    return this.#exchange(request, NLM_F.request | NLM_F.ack).messages
  }

  /** Asks for a list, again when it changed while it was read. Throws NetlinkError. */
  dump(request: NetlinkRequest): NetlinkMessage[] {
    for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
      const { messages, isWhole } = this.#exchange(request, NLM_F.request | NLM_F.dump)
      if (isWhole) return messages
    }
    throw new NetlinkError(`the list changed while it was read, ${DUMP_ATTEMPTS} times`, "EINTR")
  }

  [Symbol.dispose](): void {
    this.#socket.close()
  }

  #exchange(
    { type, flags = 0, fixed, attributes }: NetlinkRequest,
    kind: number,
  ): { messages: NetlinkMessage[]; isWhole: boolean } {
    const sequence = ++this.#sequence
    this.#send(encodeMessage({ type, flags: flags | kind, sequence }, fixed, attributes))
    const messages: NetlinkMessage[] = []
    let isWhole = true
    for (;;)
      for (const message of this.#receive()) {
        if (message.sequence !== sequence) continue
        if (message.flags & NLM_F_DUMP_INTERRUPTED) isWhole = false
        if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) {
          messages.push(message)
          continue
        }
        const failure = failureOf(message)
        if (failure) throw failure
        return { messages, isWhole }
      }
  }

  #send(bytes: Uint8Array): void {
    using scratch = new Scratch(this.#native)
    const call = systemCallNumber("sendto")
    const result = this.#native.syscall(call, this.#socket.fd, scratch.copy(bytes), bytes.length, 0, 0, 0)
    if (result < 0) throw new LinuxCallError("sendto", -result)
  }

  #receive(): NetlinkMessage[] {
    using scratch = new Scratch(this.#native)
    const { address, bytes } = scratch.allocate(BUFFER_BYTES)
    const call = systemCallNumber("recvfrom")
    const size = this.#native.syscall(call, this.#socket.fd, address, bytes.length, MSG_TRUNC, 0, 0)
    if (size < 0) throw new LinuxCallError("recvfrom", -size)
    if (size > bytes.length)
      throw new NetlinkError(`an answer of ${size} bytes does not fit into ${bytes.length}`, "EMSGSIZE")
    return decodeMessages(bytes.slice(0, size))
  }

  #enable(option: number): void {
    using scratch = new Scratch(this.#native)
    const on = scratch.copy(new Uint8Array(Uint32Array.of(1).buffer))
    this.#native.syscall(systemCallNumber("setsockopt"), this.#socket.fd, SOL_NETLINK, option, on, 4)
  }
}
