import { errnoNumber } from "../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import type { KernelMemory } from "../memory/index.ts"
import { fieldOffsets } from "./field-offsets.ts"

const FIELD = fieldOffsets("xdp_md")
/** Behind what programs see: where the packet's buffer starts, and where its data may end. */
const START = CONTEXT_LAYOUTS.xdp_md.size
const HARD_END = START + 4

export const XDP_CONTEXT_BYTES = HARD_END + 4
/** What a packet at least keeps: its Ethernet header. */
export const ETHERNET_BYTES = 14
/** A `struct xdp_frame` has to fit before the packet. */
export const FRAME_STRUCT = 40
/** Metadata has a byte for its length since 6.8; before it had no more than this. */
const OLD_METADATA = 32

const [EINVAL, EACCES] = [-errnoNumber("EINVAL"), -errnoNumber("EACCES")]

/** Where a packet of XDP and its metadata are. */
export interface XdpPacket {
  /** The buffer's first byte. */
  readonly start: number
  readonly meta: number
  readonly data: number
  readonly end: number
  /** How far `end` may go. */
  readonly hardEnd: number
  readonly ingress: number
  readonly queue: number
  /** Where it is about to leave: programs of a devmap's elements are told. */
  readonly egress?: number
}

/** What metadata may have: words, and not too many. */
export function isMetadataSize(bytes: number, most: number): boolean {
  return bytes % 4 === 0 && bytes <= most
}

export function mostMetadata(since: (release: string) => boolean): number {
  return since("6.8") ? 255 : OLD_METADATA
}

/** A `struct xdp_md` in memory, whose words are addresses in it, and what the kernel's own structure has besides. */
export class XdpContext {
  readonly #memory: KernelMemory
  readonly #at: number

  constructor(memory: KernelMemory, at: number) {
    this.#memory = memory
    this.#at = at
  }

  write({ start, meta, data, end, hardEnd, ingress, queue, egress = 0 }: XdpPacket): void {
    this.#set(FIELD.data, data)
    this.#set(FIELD.data_end, end)
    this.#set(FIELD.data_meta, meta)
    this.#set(FIELD.ingress_ifindex, ingress)
    this.#set(FIELD.rx_queue_index, queue)
    this.#set(FIELD.egress_ifindex, egress)
    this.#set(START, start)
    this.#set(HARD_END, hardEnd)
  }

  /** Another packet in the same buffer, without metadata. */
  place(data: number, end: number, hardEnd: number): void {
    this.#set(FIELD.data, data)
    this.#set(FIELD.data_end, end)
    this.#set(FIELD.data_meta, data)
    this.#set(HARD_END, hardEnd)
  }

  get data(): number {
    return this.#get(FIELD.data)
  }

  get end(): number {
    return this.#get(FIELD.data_end)
  }

  get ingress(): number {
    return this.#get(FIELD.ingress_ifindex)
  }

  get meta(): number {
    return this.#get(FIELD.data_meta)
  }

  /** Moves the packet's first byte, and its metadata with it. 0 or −errno, as of those below. */
  adjustHead(by: number): number {
    const { data, meta } = this
    const length = data - meta
    const to = data + by
    if (to < this.#get(START) + FRAME_STRUCT + length || to > this.end - ETHERNET_BYTES) return EINVAL
    this.#memory.bytes.copyWithin(meta + by, meta, data)
    this.#set(FIELD.data, to)
    this.#set(FIELD.data_meta, meta + by)
    return 0
  }

  /** Moves where metadata starts. */
  adjustMeta(by: number, most: number): number {
    const meta = this.meta + by
    if (meta < this.#get(START) + FRAME_STRUCT || meta > this.data) return EINVAL
    if (!isMetadataSize(this.data - meta, most)) return EACCES
    this.#set(FIELD.data_meta, meta)
    return 0
  }

  /** Moves the packet's end; what comes in is zeroed. */
  adjustTail(by: number): number {
    const { end } = this
    const to = end + by
    if (to > this.#get(HARD_END) || to < this.data + ETHERNET_BYTES) return EINVAL
    if (by > 0) this.#memory.bytes.fill(0, end, to)
    this.#set(FIELD.data_end, to)
    return 0
  }

  #get(offset: number): number {
    return this.#memory.view.getUint32(this.#at + offset, true)
  }

  #set(offset: number, value: number): void {
    this.#memory.view.setUint32(this.#at + offset, value, true)
  }
}
