import { errnoNumber } from "../../base/index.ts"
import { CONTEXT_LAYOUTS } from "../../catalog/details.ts"
import type { KernelMemory } from "../memory/index.ts"
import { fieldOffsets } from "./field-offsets.ts"
import { type Piece, XdpFragments } from "./xdp-fragments.ts"

const FIELD = fieldOffsets("xdp_md")
/** Behind what programs see: where the packet's buffer starts, where its data may end, and the table of its fragments, or 0. */
const START = CONTEXT_LAYOUTS.xdp_md.size
const HARD_END = START + 4
const FRAGMENTS = HARD_END + 4

export const XDP_CONTEXT_BYTES = FRAGMENTS + 4
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
  /** Where the table of what is behind the first piece stands. */
  readonly fragments?: number
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

  write({ start, meta, data, end, hardEnd, ingress, queue, egress = 0, fragments = 0 }: XdpPacket): void {
    this.#set(FIELD.data, data)
    this.#set(FIELD.data_end, end)
    this.#set(FIELD.data_meta, meta)
    this.#set(FIELD.ingress_ifindex, ingress)
    this.#set(FIELD.rx_queue_index, queue)
    this.#set(FIELD.egress_ifindex, egress)
    this.#set(START, start)
    this.#set(HARD_END, hardEnd)
    this.#set(FRAGMENTS, fragments)
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

  get queue(): number {
    return this.#get(FIELD.rx_queue_index)
  }

  get meta(): number {
    return this.#get(FIELD.data_meta)
  }

  /** The buffer's first byte, and how far the packet's end may go. */
  get start(): number {
    return this.#get(START)
  }

  get hardEnd(): number {
    return this.#get(HARD_END)
  }

  /** What is behind the first piece; undefined where all of the packet is in it. */
  get fragments(): XdpFragments | undefined {
    const at = this.#get(FRAGMENTS)
    const fragments = at === 0 ? undefined : new XdpFragments(this.#memory, at)
    return fragments && fragments.count > 0 ? fragments : undefined
  }

  /** Bytes of the whole packet. */
  get length(): number {
    return this.end - this.data + (this.fragments?.size ?? 0)
  }

  /** The pieces that hold these bytes of the packet, which has them. */
  piecesOf(offset: number, length: number): Piece[] {
    const { data, end } = this
    if (offset + length <= end - data) return [{ address: data + offset, size: length }]
    const found: Piece[] = []
    let start = 0
    for (const { address, size } of [
      { address: data, size: end - data },
      ...(this.fragments?.pieces() ?? []),
    ]) {
      const from = Math.max(offset, start)
      const to = Math.min(offset + length, start + size)
      if (from < to) found.push({ address: address + from - start, size: to - from })
      start += size
    }
    return found
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
    const { end, fragments } = this
    if (fragments && by >= 0) return fragments.grow(by) ? 0 : EINVAL
    if (fragments) {
      if (-by > this.length - ETHERNET_BYTES) return EINVAL
      const rest = fragments.shrink(-by)
      if (fragments.count === 0) this.#set(FIELD.data_end, end - rest)
      return 0
    }
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
