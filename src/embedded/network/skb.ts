import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { SKB_CONTEXT_BYTES, SkbContext, type XdpContext } from "../packets/index.ts"
import type { NetDevice } from "./device.ts"
import { type IpHeader, parseIp } from "./headers.ts"
import { type Redirect, redirectClone } from "./hooks/redirect.ts"
import { HEADROOM, type PacketRoom, TAILROOM } from "./packet-room.ts"
import type { Route } from "./routes.ts"

const BUFFER_AT = Math.ceil(SKB_CONTEXT_BYTES / 64) * 64
/** pkt_type. */
export const PACKET = { host: 0, broadcast: 1, multicast: 2, otherHost: 3, outgoing: 4 } as const

/** What a packet belongs to: the socket that sends it, or that it was found to be for. */
export interface PacketOwner {
  /** Where the `struct bpf_sock` of programs stands. */
  readonly contextAddress: number
  /** struct sock. */
  readonly object: KernelObject
  /** What its programs say to a packet that it sends: 0 or a negative errno. */
  filterEgress(skb: Skb): number
}

/**
 * A packet on its way: a `struct __sk_buff` in memory, as programs see it, and its bytes in one piece behind. Probes on kernel
 * functions see a `struct sk_buff`, made when one asks. Whoever has it last frees it.
 */
export class Skb {
  readonly context: SkbContext
  readonly contextAddress: number
  readonly #kernel: KernelCore
  /** What it was moved to when it outgrew the memory that it was made in. */
  #buffer: number | undefined
  #object: KernelObject | undefined
  #device: NetDevice
  #owner: PacketOwner | undefined
  /** Where the transport's header is, once it is known. */
  transport = 0
  /** The way that was found for it, which it keeps when programs change its header (skb_dst). */
  route: Route | undefined

  /** Bytes that XDP left before the link-layer header. */
  metadata = 0
  /** While XDP has it: how far its bytes may grow to either side. */
  room: PacketRoom | undefined
  /** XDP sent it here: it does not pass XDP again. */
  isRedirected = false
  /** A classifier has it on its way in: it may say who takes it. */
  isAtIngress = false
  /** Who takes it, whoever it is for. */
  assigned: PacketOwner | undefined
  /** Its transport has it for later, and frees it. */
  isKept = false

  /** `bytes` starts with the network header, or with the link-layer header when `mac` says so. */
  constructor(kernel: KernelCore, device: NetDevice, bytes: Uint8Array, mac: number, tailroom = TAILROOM) {
    this.#kernel = kernel
    const { memory } = kernel
    this.contextAddress = memory.alloc(BUFFER_AT + HEADROOM + bytes.length + tailroom)
    this.context = new SkbContext(memory, this.contextAddress)
    const start = this.contextAddress + BUFFER_AT + HEADROOM
    memory.write(start, bytes)
    this.context.setBuffer(start - HEADROOM, start + bytes.length + tailroom)
    this.context.place(start, start + bytes.length, { mac: start, network: start + mac })
    this.#device = device
    this.device = device
    kernel.network.register(this)
  }

  get device(): NetDevice {
    return this.#device
  }

  set device(device: NetDevice) {
    this.#device = device
    this.context.set("ifindex", device.index)
  }

  get owner(): PacketOwner | undefined {
    return this.#owner
  }

  set owner(owner: PacketOwner | undefined) {
    this.#owner = owner
    this.context.setSocket(owner?.contextAddress ?? 0)
  }

  /** EtherType. */
  get protocol(): number {
    return this.context.protocol
  }

  set protocol(protocol: number) {
    this.context.protocol = protocol
  }

  /** The tag that stands beside it. */
  get tag(): { readonly protocol: number; readonly control: number } | undefined {
    const { context } = this
    if (context.get("vlan_present") === 0) return undefined
    const swapped = context.get("vlan_proto")
    return { protocol: ((swapped & 0xff) << 8) | (swapped >> 8), control: context.get("vlan_tci") }
  }

  get mark(): number {
    return this.context.get("mark")
  }

  set mark(mark: number) {
    this.context.set("mark", mark)
  }

  /** From where the packet starts now to its end: a copy. */
  bytes(): Uint8Array {
    const { data } = this.context
    return this.#kernel.memory.read(data, this.context.get("len"))
  }

  /** The IP header that the packet has; undefined when it has none. */
  ipHeader(): IpHeader | undefined {
    const { context } = this
    const network = context.header("network")
    return parseIp(this.#kernel.memory.read(network, context.data + context.get("len") - network))
  }

  /** Moves it to a buffer with at least so many bytes before it and behind, as pskb_expand_head does. */
  expand(before: number, behind: number): void {
    const { memory } = this.#kernel
    const { context } = this
    const [data, length] = [context.data, context.get("len")]
    const kept = context.headroom + length + context.tailroom
    const buffer = memory.alloc(before + kept + behind)
    const moved = buffer + before - (data - context.headroom)
    memory.bytes.copyWithin(buffer + before, data - context.headroom, data + length)
    context.place(data + moved, data + moved + length, {
      mac: context.header("mac") + moved,
      network: context.header("network") + moved,
    })
    context.set("data_meta", context.data - this.metadata)
    context.setBuffer(buffer, buffer + before + kept + behind)
    if (this.transport !== 0) this.transport += moved
    if (this.#buffer !== undefined) memory.free(this.#buffer)
    this.#buffer = buffer
  }

  /** Takes bytes off the front, or puts them on again (negative). */
  pull(count: number): void {
    const { context } = this
    context.moveTo(context.data + count)
  }

  /** Makes room for bytes in front, and starts there; what they are is the caller's to write. */
  push(count: number): void {
    if (this.context.headroom < count) this.expand(count, 0)
    this.pull(-count)
  }

  /** Makes the network header the start. */
  toNetwork(): void {
    this.context.moveTo(this.context.header("network"))
  }

  /** Makes the link-layer header the start. */
  toMac(): void {
    this.context.moveTo(this.context.header("mac"))
    this.context.set("data_meta", this.context.data - this.metadata)
  }

  /** Puts other bytes in place of those from the start on; headers before it stay. */
  replace(bytes: Uint8Array): void {
    const { data } = this.context
    this.#kernel.memory.write(data, bytes)
    this.context.setEnd(data + bytes.length)
  }

  /** Sends a copy elsewhere, at once. False where there is no such device. */
  sendClone(redirect: Redirect): boolean {
    return redirectClone(this.#kernel, this, redirect)
  }

  /** A packet like this one, on the same device, with the headroom that new ones have before the link-layer header. */
  clone(tailroom = TAILROOM): Skb {
    const { context } = this
    const start = context.data
    this.toMac()
    const copy = new Skb(
      this.#kernel,
      this.#device,
      this.bytes(),
      context.header("network") - context.data,
      tailroom,
    )
    copy.context.copyFrom(context)
    context.moveTo(start)
    copy.owner = this.#owner
    copy.isRedirected = this.isRedirected
    copy.pull(start - context.header("mac"))
    return copy
  }

  /** Takes over where a program of XDP has left the packet. */
  adopt({ data, length, meta }: XdpContext): void {
    const { context } = this
    context.set("data", data)
    context.setEnd(data + length)
    context.setHeader("mac", data)
    this.metadata = data - meta
  }

  /** Forgets all but bytes and metadata: a frame of XDP has no more. */
  toFrame(): void {
    this.context.reset()
    this.owner = undefined
    this.device = this.#device
  }

  /** Makes it a frame of XDP that starts at its link-layer header, with metadata before. */
  setFrame(metadata: Uint8Array): void {
    const { data, end } = this.context
    this.metadata = metadata.length
    this.#kernel.memory.write(data - metadata.length, metadata)
    this.room = { start: data - HEADROOM, end: end + TAILROOM }
  }

  /** The same of a frame of XDP, with its room. */
  cloneFrame(): Skb {
    const copy = this.clone()
    const { data } = this.context
    copy.setFrame(this.#kernel.memory.bytes.subarray(data - this.metadata, data))
    return copy
  }

  /** Whether its struct sk_buff, if it has one, stands there. */
  isObject(address: number): boolean {
    return this.#object?.address === address
  }

  /** Where a struct sk_buff like this packet stands, for probes. */
  get address(): number {
    this.#object ??= this.#kernel.types.create("sk_buff")
    const { context } = this
    const { data } = context
    const head = data - context.headroom
    this.#object
      .set("head", head)
      .set("data", data)
      .set("len", context.get("len"))
      .set("protocol", context.get("protocol"))
      .set("mark", context.get("mark"))
      .set("pkt_type", context.get("pkt_type"))
      .set("skb_iif", context.get("ingress_ifindex"))
      .set("mac_header", context.header("mac") - head)
      .set("network_header", context.header("network") - head)
      .set("transport_header", this.transport === 0 ? NO_HEADER : this.transport - head)
      .set("dev", this.#device.object)
      .set("sk", this.#owner?.object ?? 0)
    return this.#object.address
  }

  free(): void {
    this.#kernel.network.unregister(this)
    this.#object?.free()
    if (this.#buffer !== undefined) this.#kernel.memory.free(this.#buffer)
    this.#kernel.memory.free(this.contextAddress)
  }
}

const NO_HEADER = 0xffff
