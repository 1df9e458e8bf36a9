import { alignUp } from "../../../base/index.ts"
import { ARENA_PAGE, type Arena } from "../../../engine/index.ts"
import type { KernelMemory } from "../../memory/index.ts"

/** Where processes have mappings when nobody says where; the lower half is a page's address in the model's memory. */
const USER_MAPPINGS = 0x7f00_0000_0000n
const SINK_BYTES = 16

export interface ArenaShape {
  /** Pages. */
  readonly count: number
  /** Where user space wants it (map_extra); 0 is anywhere. */
  readonly user: bigint
  readonly convertsToUser: boolean
  /** What user space touches is allocated (not with BPF_F_SEGV_ON_FAULT). */
  readonly growsByTouch: boolean
}

/**
 * The pages of an arena in kernel memory, from the moment a process maps it. Memory of pages that are not allocated is
 * all zeros: so a page that has something else was written by user space, which brought it in.
 */
export class ArenaPages implements Arena {
  readonly address: number
  readonly size: number
  readonly user: bigint
  readonly convertsToUser: boolean
  readonly pages: number
  readonly sink: number
  readonly count: number
  /** What was taken of memory, which need not begin on a page. */
  readonly #area: number
  readonly #memory: KernelMemory
  readonly #growsByTouch: boolean
  #isInUserHands = false

  constructor(memory: KernelMemory, { count, user, convertsToUser, growsByTouch }: ArenaShape) {
    this.#memory = memory
    this.#growsByTouch = growsByTouch
    this.convertsToUser = convertsToUser
    this.count = count
    this.size = count * ARENA_PAGE
    this.#area = memory.reserve(this.size + ARENA_PAGE)
    this.address = alignUp(this.#area, ARENA_PAGE)
    this.sink = memory.alloc(SINK_BYTES + count)
    this.pages = this.sink + SINK_BYTES
    this.user = user === 0n ? USER_MAPPINGS + BigInt(this.address) : user
  }

  isMapped(offset: number, bytes: number): boolean {
    const last = Math.floor((offset + bytes - 1) / ARENA_PAGE)
    let isMapped = true
    for (let page = Math.floor(offset / ARENA_PAGE); page <= last; page++)
      isMapped = this.#isPresent(page) && isMapped
    return isMapped
  }

  /** Maps pages from `first` on, or where there is room; the first one's number, or undefined when there is none. */
  allocate(first: number | undefined, count: number): number | undefined {
    const page = first ?? this.#findFree(count)
    if (page === undefined || this.#firstPresent(page, count) !== undefined) return undefined
    this.#table.fill(1, page, page + count)
    return page
  }

  free(first: number, count: number): void {
    this.#table.fill(0, first, first + count)
    this.#memory.bytes.fill(0, this.address + first * ARENA_PAGE, this.address + (first + count) * ARENA_PAGE)
  }

  /** User space reads or writes bytes: false when that ends the process. */
  touch(offset: number, bytes: number): boolean {
    const last = Math.floor((offset + bytes - 1) / ARENA_PAGE)
    for (let page = Math.floor(offset / ARENA_PAGE); page <= last; page++) {
      if (this.#isPresent(page)) continue
      if (!this.#growsByTouch) return false
      this.#table[page] = 1
    }
    return true
  }

  /** All bytes, for user space to look at and change without being seen: from now on pages tell by what they hold. */
  handOut(): Uint8Array {
    this.#isInUserHands = true
    return this.bytes
  }

  get bytes(): Uint8Array {
    return this.#memory.bytes.subarray(this.address, this.address + this.size)
  }

  close(): void {
    this.#memory.free(this.#area)
    this.#memory.free(this.sink)
  }

  get #table(): Uint8Array {
    return this.#memory.bytes.subarray(this.pages, this.pages + this.count)
  }

  #isPresent(page: number): boolean {
    if (this.#memory.bytes[this.pages + page] !== 0) return true
    if (!this.#isInUserHands || !this.#hasContent(page)) return false
    this.#memory.bytes[this.pages + page] = 1
    return true
  }

  #hasContent(page: number): boolean {
    const words = new BigUint64Array(
      this.#memory.memory.buffer,
      this.address + page * ARENA_PAGE,
      ARENA_PAGE / 8,
    )
    return words.some(word => word !== 0n)
  }

  #firstPresent(from: number, count: number): number | undefined {
    for (let page = from; page < from + count; page++) if (this.#isPresent(page)) return page
    return undefined
  }

  /** The lowest gap of so many pages. */
  #findFree(count: number): number | undefined {
    for (let page = 0; page + count <= this.count; ) {
      const taken = this.#firstPresent(page, count)
      if (taken === undefined) return page
      page = taken + 1
    }
    return undefined
  }
}
