import type { KernelMemory } from "../memory/index.ts"

/** A count, then each fragment's address, its bytes, and how many it may have. */
const [ENTRIES, ENTRY] = [4, 12]

/** What Linux has of them at most (MAX_SKB_FRAGS). */
export const MAX_FRAGMENTS = 17
export const FRAGMENT_TABLE_BYTES = ENTRIES + MAX_FRAGMENTS * ENTRY

/** Bytes in a row that are a part of a packet. */
export interface Piece {
  readonly address: number
  readonly size: number
}

/** A table in memory: what a packet of XDP has behind its first piece. */
export class XdpFragments {
  readonly #memory: KernelMemory
  readonly #at: number

  constructor(memory: KernelMemory, at: number) {
    this.#memory = memory
    this.#at = at
  }

  get count(): number {
    return this.#word(0)
  }

  /** Bytes of all of them. */
  get size(): number {
    return this.pieces().reduce((sum, { size }) => sum + size, 0)
  }

  pieces(): Piece[] {
    return Array.from({ length: this.count }, (_, index) => ({
      address: this.#word(ENTRIES + index * ENTRY),
      size: this.#word(ENTRIES + index * ENTRY + 4),
    }))
  }

  add({ address, size }: Piece, room: number): void {
    const { count } = this
    const entry = ENTRIES + count * ENTRY
    this.#set(entry, address)
    this.#set(entry + 4, size)
    this.#set(entry + 8, room)
    this.#set(0, count + 1)
  }

  /** Makes the last one longer, with zeros. False where it has no room for them. */
  grow(by: number): boolean {
    const entry = ENTRIES + (this.count - 1) * ENTRY
    const [address, size, room] = [this.#word(entry), this.#word(entry + 4), this.#word(entry + 8)]
    if (size + by > room) return false
    this.#memory.bytes.fill(0, address + size, address + size + by)
    this.#set(entry + 4, size + by)
    return true
  }

  /** Takes bytes off the end, and fragments that are then empty; the answer is how many bytes are left to take. */
  shrink(by: number): number {
    let rest = by
    while (rest > 0 && this.count > 0) {
      const sizeAt = ENTRIES + (this.count - 1) * ENTRY + 4
      const size = this.#word(sizeAt)
      const taken = Math.min(rest, size)
      rest -= taken
      this.#set(sizeAt, size - taken)
      if (taken === size) this.#set(0, this.count - 1)
    }
    return rest
  }

  #word(offset: number): number {
    return this.#memory.view.getUint32(this.#at + offset, true)
  }

  #set(offset: number, value: number): void {
    this.#memory.view.setUint32(this.#at + offset, value, true)
  }
}
