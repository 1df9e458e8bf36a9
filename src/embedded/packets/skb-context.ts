import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import type { KernelMemory } from "../memory/index.ts"
import { fieldOffsets } from "./field-offsets.ts"

export const SKB_FIELD = fieldOffsets("__sk_buff")
const SOCK_FIELD = fieldOffsets("bpf_sock")
/** Behind what programs see: where its link-layer header, its network header and its buffer start, where that ends, and what else is known. */
const MAC_HEADER = CONTEXT_LAYOUTS.__sk_buff.size
const NETWORK_HEADER = MAC_HEADER + 4
const BUFFER_START = NETWORK_HEADER + 4
const BUFFER_END = BUFFER_START + 4
const STATE = BUFFER_END + 4

export const SKB_CONTEXT_BYTES = STATE + 4

/** Bits of the state: an outer header was put before it; nothing but its first bytes is there; a key of a tunnel goes with it; checksums that were found right. */
const [ENCAPSULATED, HEADERS_ONLY, TUNNEL_KEY, CHECKED_SHIFT] = [1, 2, 4, 8]

/** Types of programs whose context it is. */
export const SKB_PROGRAMS: ReadonlySet<string> = new Set([
  "socket_filter",
  "sched_cls",
  "sched_act",
  "cgroup_skb",
  "lwt_in",
  "lwt_out",
  "lwt_xmit",
  "lwt_seg6local",
  "sk_skb",
])
const CONTROL_BYTES = 20

/** Classic loads from here on count from a header: SKF_NET_OFF, SKF_LL_OFF. */
const [FROM_NETWORK, FROM_LINK] = [-0x10_0000, -0x20_0000]

/** What bpf_skb_load_bytes_relative counts from. */
export type SkbHeader = "mac" | "network"

/** A `struct __sk_buff` in memory, whose words are addresses in it, of a packet in one piece. */
export class SkbContext {
  readonly #memory: KernelMemory
  readonly #at: number

  constructor(memory: KernelMemory, at: number) {
    this.#memory = memory
    this.#at = at
  }

  /** Where the packet is: from `data`, which the program sees as its start, to `end`. */
  place(data: number, end: number, headers: { readonly mac: number; readonly network: number }): void {
    this.set("data", data)
    this.set("data_meta", data)
    this.set("data_end", end)
    this.set("len", end - data)
    this.#memory.view.setUint32(this.#at + MAC_HEADER, headers.mac, true)
    this.#memory.view.setUint32(this.#at + NETWORK_HEADER, headers.network, true)
  }

  /** Makes the packet start elsewhere, between its buffer's start and its end. */
  moveTo(data: number): void {
    const end = this.data + this.get("len")
    this.set("data", data)
    this.set("data_meta", data)
    this.setEnd(end)
  }

  setEnd(end: number): void {
    this.set("data_end", end)
    this.set("len", end - this.data)
  }

  /** The buffer that the packet may grow in. */
  setBuffer(start: number, end: number): void {
    this.#memory.view.setUint32(this.#at + BUFFER_START, start, true)
    this.#memory.view.setUint32(this.#at + BUFFER_END, end, true)
  }

  /** Bytes of the buffer before the packet, and behind it. */
  get headroom(): number {
    return this.data - this.#memory.view.getUint32(this.#at + BUFFER_START, true)
  }

  get tailroom(): number {
    return this.#memory.view.getUint32(this.#at + BUFFER_END, true) - this.data - this.get("len")
  }

  /** Moves the packet, with the headers before it, to the middle of its buffer. */
  centre(): void {
    const { data, headroom, tailroom } = this
    const length = this.get("len")
    const by = Math.floor((tailroom - headroom) / 2)
    const [mac, network] = [this.header("mac"), this.header("network")]
    const first = Math.min(data, mac, network)
    this.#memory.bytes.copyWithin(first + by, first, data + length)
    this.place(data + by, data + by + length, { mac: mac + by, network: network + by })
  }

  /** Whether a helper has put an outer header before it. */
  get isEncapsulated(): boolean {
    return (this.#state & ENCAPSULATED) !== 0
  }

  set isEncapsulated(value: boolean) {
    this.#state = value ? this.#state | ENCAPSULATED : this.#state & ~ENCAPSULATED
  }

  /** Whether there is no packet, but only what a driver has of it: helpers find nothing. */
  get hasHeadersOnly(): boolean {
    return (this.#state & HEADERS_ONLY) !== 0
  }

  set hasHeadersOnly(value: boolean) {
    this.#state = value ? this.#state | HEADERS_ONLY : this.#state & ~HEADERS_ONLY
  }

  /** Whether a program has said how a tunnel's device is to send it. */
  get hasTunnelKey(): boolean {
    return (this.#state & TUNNEL_KEY) !== 0
  }

  set hasTunnelKey(value: boolean) {
    this.#state = value ? this.#state | TUNNEL_KEY : this.#state & ~TUNNEL_KEY
  }

  /** How many checksums one inside another are known to be right: 0 where that is not known (CHECKSUM_NONE). */
  get checked(): number {
    return this.#state >>> CHECKED_SHIFT
  }

  set checked(count: number) {
    this.#state = (this.#state & (ENCAPSULATED | HEADERS_ONLY | TUNNEL_KEY)) | (count << CHECKED_SHIFT)
  }

  get #state(): number {
    return this.#memory.view.getUint32(this.#at + STATE, true)
  }

  set #state(state: number) {
    this.#memory.view.setUint32(this.#at + STATE, state, true)
  }

  /** The `struct bpf_sock` that the program finds as its socket, 0 for none; the ends that it reads are that socket's. */
  setSocket(address: number): void {
    const { view, bytes } = this.#memory
    view.setBigUint64(this.#at + SKB_FIELD.sk, BigInt(address), true)
    if (address === 0) {
      bytes.fill(0, this.#at + SKB_FIELD.family, this.#at + SKB_FIELD.local_port + 4)
      return
    }
    this.set("family", view.getUint32(address + SOCK_FIELD.family, true))
    this.set("local_port", view.getUint32(address + SOCK_FIELD.src_port, true))
    this.set("remote_port", (view.getUint16(address + SOCK_FIELD.dst_port, true) << 16) >>> 0)
    const copy = (to: keyof typeof SKB_FIELD, from: keyof typeof SOCK_FIELD, size: number) =>
      bytes.copyWithin(
        this.#at + SKB_FIELD[to],
        address + SOCK_FIELD[from],
        address + SOCK_FIELD[from] + size,
      )
    copy("local_ip4", "src_ip4", 4)
    copy("remote_ip4", "dst_ip4", 4)
    copy("local_ip6", "src_ip6", 16)
    copy("remote_ip6", "dst_ip6", 16)
  }

  /** Forgets what was said of the packet, apart from where its bytes are. */
  reset(): void {
    const [data, meta, length] = [this.data, this.get("data_meta"), this.get("len")]
    this.#state = 0
    this.#memory.bytes.fill(0, this.#at, this.#at + CONTEXT_LAYOUTS.__sk_buff.size)
    this.set("data", data)
    this.set("data_meta", meta)
    this.setEnd(data + length)
  }

  /** Takes over what another packet's context says, apart from where its bytes are. */
  copyFrom(other: SkbContext): void {
    const [data, length] = [this.data, this.get("len")]
    this.#memory.bytes.copyWithin(this.#at, other.#at, other.#at + CONTEXT_LAYOUTS.__sk_buff.size)
    this.#state = other.#state
    this.set("data", data)
    this.set("data_meta", data)
    this.setEnd(data + length)
  }

  /** The control block (`cb`), which is zero afterwards. */
  takeControl(): Uint8Array {
    const at = this.#at + SKB_FIELD.cb
    const control = this.#memory.read(at, CONTROL_BYTES)
    this.#memory.bytes.fill(0, at, at + CONTROL_BYTES)
    return control
  }

  putControl(control: Uint8Array): void {
    this.#memory.write(this.#at + SKB_FIELD.cb, control)
  }

  get data(): number {
    return this.get("data")
  }

  get end(): number {
    return this.get("data_end")
  }

  header(name: SkbHeader): number {
    return this.#memory.view.getUint32(this.#at + (name === "mac" ? MAC_HEADER : NETWORK_HEADER), true)
  }

  setHeader(name: SkbHeader, address: number): void {
    this.#memory.view.setUint32(this.#at + (name === "mac" ? MAC_HEADER : NETWORK_HEADER), address, true)
  }

  /** The protocol as numbers are written: 0x0800. */
  get protocol(): number {
    const swapped = this.get("protocol")
    return ((swapped & 0xff) << 8) | (swapped >> 8)
  }

  set protocol(protocol: number) {
    this.set("protocol", ((protocol & 0xff) << 8) | (protocol >> 8))
  }

  get(field: keyof typeof SKB_FIELD): number {
    return this.#memory.view.getUint32(this.#at + SKB_FIELD[field], true)
  }

  set(field: keyof typeof SKB_FIELD, value: number): void {
    this.#memory.view.setUint32(this.#at + SKB_FIELD[field], value, true)
  }

  /** Bytes of a classic load, in network byte order; undefined when they are not there. */
  load(offset: number, size: 1 | 2 | 4): number | undefined {
    const at = this.#addressOf(offset)
    if (at === undefined || at + size > this.end) return undefined
    const { view } = this.#memory
    return size === 1 ? view.getUint8(at) : size === 2 ? view.getUint16(at) : view.getUint32(at)
  }

  /** Headers may lie before what the program sees. */
  #addressOf(offset: number): number | undefined {
    if (offset >= 0) return this.data + offset
    if (offset >= FROM_NETWORK) return this.header("network") + offset - FROM_NETWORK
    if (offset >= FROM_LINK) return this.header("mac") + offset - FROM_LINK
    return undefined
  }
}
