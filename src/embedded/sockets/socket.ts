import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import type { Cgroup } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { SocketMapPrograms } from "../maps/index.ts"
import type { KernelObject } from "../memory/index.ts"
import type { NetNamespace, PacketOwner, Skb } from "../network/index.ts"
import { fieldOffsets } from "../packets/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { FAMILY, TCP, type TcpState, TYPE } from "./constants.ts"
import { filterByGroup } from "./deliver.ts"
import { SocketOptionValues } from "./options/values.ts"
import type { TcpConnection } from "./tcp/connection.ts"

/** One end on the Internet: 4 or 16 bytes of address, a port in host order. */
export interface Endpoint {
  readonly address: Uint8Array
  readonly port: number
}

/** What has arrived: a datagram, with who sent it as a sockaddr, or a piece of a stream. */
export interface Arrival {
  readonly bytes: Uint8Array
  readonly from: Uint8Array | undefined
}

export interface NewSocket {
  readonly family: number
  readonly type: number
  readonly protocol: number
  readonly netns: NetNamespace
  /** Whose hooks run for it: the maker's group, a listening socket's for its connections. */
  readonly group: Cgroup
}

const FIELD = fieldOffsets("bpf_sock")
const NO_QUEUE = -1
const SOCKET_STATE = { unconnected: 1, connected: 3 } as const

/** A socket with the kernel objects behind it (socket, sock) and the `struct bpf_sock` that programs see. */
export class Socket implements PacketOwner {
  readonly family: number
  readonly type: number
  readonly protocol: number
  readonly netns: NetNamespace
  readonly group: Cgroup
  readonly options: SocketOptionValues
  /** struct sock, the first part of tcp_sock, udp_sock, … */
  readonly object: KernelObject
  /** struct socket. */
  readonly socketObject: KernelObject
  /** Where the `struct bpf_sock` stands. */
  readonly contextAddress: number
  readonly #kernel: KernelCore
  #local: Endpoint
  #remote: Endpoint
  #state: TcpState = TCP.close
  /** Of unix sockets: the name it is bound to, without the family ("" when it has none). */
  path = ""
  /** Of unix sockets: the one at the other end. */
  peer: Socket | undefined
  readonly arrivals: Arrival[] = []
  /** Connections that wait to be accepted. */
  readonly waiting: Socket[] = []
  backlog = 0
  /** A system call has it; what arrives meanwhile is deferred. */
  isOwned = false
  readonly deferred: (() => void)[] = []
  /** Of TCP: the connection's counters. */
  tcp: TcpConnection | undefined
  /** An error that came meanwhile, told by the next call (SO_ERROR). */
  error = 0
  isReadClosed = false
  isWriteClosed = false
  /** No file is open on it any more. */
  isClosed = false
  /** Where its `struct bpf_tcp_sock` stands, once a program has asked for it; else 0. */
  tcpContext = 0
  /** Of sock_ops: which callbacks it wants. */
  callbacks = 0
  /** Of sockets in sockmaps: the programs that serve it. */
  service: SocketMapPrograms | undefined
  /** Of sockets that share a port: the program that chooses among them, for all of them. */
  selector: Attachment | undefined
  /** The program that filters what arrives, by SO_ATTACH_BPF. */
  filter: Attachment | undefined

  constructor(kernel: KernelCore, { family, type, protocol, netns, group }: NewSocket) {
    this.#kernel = kernel
    this.family = family
    this.type = type
    this.protocol = protocol
    this.netns = netns
    this.group = group
    this.options = new SocketOptionValues(this)
    const any = anyAddress(family)
    this.#local = { address: any, port: 0 }
    this.#remote = { address: any, port: 0 }
    this.contextAddress = kernel.memory.alloc(CONTEXT_LAYOUTS.bpf_sock.size)
    this.object = kernel.types.at("sock", kernel.memory.alloc(kernel.types.layout(structOf(this)).size))
    this.socketObject = kernel.types.create("socket", {
      state: SOCKET_STATE.unconnected,
      type,
      sk: this.object,
    })
    const { uid } = kernel.current
    this.object
      .set("__sk_common.skc_family", family)
      .set("__sk_common.skc_net.net", netns.object)
      .set("__sk_common.skc_refcnt.refs.counter", 1)
      .set("sk_type", type)
      .set("sk_protocol", protocol)
      .set("sk_socket", this.socketObject)
      .set("sk_uid.val", uid)
      .set("sk_cgrp_data.cgroup", group.object)
    this.#word("family", family)
    this.#word("type", type)
    this.#word("protocol", protocol)
    this.#word("rx_queue_mapping", NO_QUEUE)
    this.state = TCP.close
    this.showOptions()
  }

  get isInternet(): boolean {
    return this.family === FAMILY.ipv4 || this.family === FAMILY.ipv6
  }

  get local(): Endpoint {
    return this.#local
  }

  set local(local: Endpoint) {
    this.#local = local
    this.object.set("__sk_common.skc_num", local.port)
    this.#setAddress("rcv_saddr", "src", local.address)
    this.#word("src_port", local.port)
  }

  get remote(): Endpoint {
    return this.#remote
  }

  set remote(remote: Endpoint) {
    this.#remote = remote
    const wire = ((remote.port & 0xff) << 8) | (remote.port >> 8)
    this.object.set("__sk_common.skc_dport", wire)
    this.#setAddress("daddr", "dst", remote.address)
    this.#word("dst_port", wire)
  }

  get state(): TcpState {
    return this.#state
  }

  set state(state: TcpState) {
    this.#state = state
    this.object.set("__sk_common.skc_state", state)
    this.#word("state", state)
    const isConnected = state === TCP.established
    this.socketObject.set("state", isConnected ? SOCKET_STATE.connected : SOCKET_STATE.unconnected)
  }

  get isBound(): boolean {
    return this.#local.port !== 0
  }

  get isDatagram(): boolean {
    return this.type === TYPE.datagram
  }

  /** Shows options that have a field of their own. */
  showOptions(): void {
    const { mark, priority, boundInterface, receiveBuffer, sendBuffer } = this.options
    this.object
      .set("sk_mark", mark)
      .set("sk_priority", priority)
      .set("__sk_common.skc_bound_dev_if", boundInterface)
      .set("sk_rcvbuf", receiveBuffer)
      .set("sk_sndbuf", sendBuffer)
    this.#word("mark", mark)
    this.#word("priority", priority)
    this.#word("bound_dev_if", boundInterface)
  }

  /** Takes over what a program has written into its `struct bpf_sock`. */
  adoptContext(): void {
    const read = (field: keyof typeof FIELD) =>
      this.#kernel.memory.view.getUint32(this.contextAddress + FIELD[field], true)
    this.options.mark = read("mark")
    this.options.priority = read("priority")
    this.options.boundInterface = read("bound_dev_if")
    this.showOptions()
  }

  filterEgress(skb: Skb): number {
    return filterByGroup(this.#kernel, this, skb, "egress")
  }

  free(): void {
    this.#kernel.forgetOwner(this.object.address)
    this.object.free()
    this.socketObject.free()
    this.#kernel.memory.free(this.contextAddress)
    if (this.tcpContext !== 0) this.#kernel.memory.free(this.tcpContext)
  }

  #word(field: keyof typeof FIELD, value: number): void {
    this.#kernel.memory.view.setInt32(this.contextAddress + FIELD[field], value | 0, true)
  }

  /** IPv4 sockets have four bytes; IPv6 ones sixteen, with an IPv4 address embedded in both places. */
  #setAddress(kernelField: string, side: "src" | "dst", address: Uint8Array): void {
    const { memory } = this.#kernel
    const embedded = address.length === 4 ? address : embeddedV4(address)
    if (embedded) {
      memory.write(this.object.addressOf(`__sk_common.skc_${kernelField}`), embedded)
      memory.write(this.contextAddress + FIELD[`${side}_ip4`], embedded)
    }
    if (address.length !== 16) return
    memory.write(this.object.addressOf(`__sk_common.skc_v6_${kernelField}`), address)
    memory.write(this.contextAddress + FIELD[`${side}_ip6`], address)
  }
}

/** The kernel's struct that begins with this socket's struct sock. */
function structOf({ family, type, protocol }: Socket): string {
  if (family === FAMILY.unix) return "unix_sock"
  if (family === FAMILY.packet) return "packet_sock"
  const version = family === FAMILY.ipv6 ? "6" : ""
  if (type === TYPE.stream) return `tcp${version}_sock`
  if (type === TYPE.datagram && protocol !== 0) return `udp${version}_sock`
  return `raw${version}_sock`
}

export function anyAddress(family: number): Uint8Array {
  return new Uint8Array(family === FAMILY.ipv6 ? 16 : 4)
}

const V4_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]

/** The IPv4 address in ::ffff:a.b.c.d. */
export function embeddedV4(address: Uint8Array): Uint8Array | undefined {
  const isEmbedded = address.length === 16 && V4_PREFIX.every((byte, index) => address[index] === byte)
  return isEmbedded ? address.slice(12) : undefined
}

export function embed(address: Uint8Array): Uint8Array {
  return address.length === 16 ? address : Uint8Array.of(...V4_PREFIX, ...address)
}

export function isAny(address: Uint8Array): boolean {
  return address.every(byte => byte === 0)
}
