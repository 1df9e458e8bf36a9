import { alignUp, NotModelledError } from "../../base/index.ts"

const ALIGNMENT = 16

/** Freed blocks of one size that wait before the first of them is reused, and the largest block that waits. */
const WAITING = 16
const LARGEST_WAITING = 4096

/**
 * Hands out address ranges of [start, end): freed blocks are reused by exact rounded size, new ones come from the
 * top. Kernel objects come in few sizes, so this stays compact without ever moving anything. Small blocks are not
 * reused at once: programs on a function's return still read what it has freed, as in Linux.
 */
export class BlockAllocator {
  readonly #name: string
  readonly #end: number
  #next: number
  readonly #sizes = new Map<number, number>()
  readonly #free = new Map<number, number[]>()

  constructor(name: string, start: number, end: number) {
    this.#name = name
    this.#next = start
    this.#end = end
  }

  /** Bytes in use, rounded up to blocks. */
  get used(): number {
    let total = 0
    for (const size of this.#sizes.values()) total += size
    return total
  }

  /** Where what was never handed out begins. */
  get unused(): number {
    return this.#next
  }

  /** Bytes of an allocated block, rounded up. */
  sizeOf(address: number): number {
    const size = this.#sizes.get(address)
    if (size === undefined) throw new Error(`BUG: ${this.#name}: ${address} is not allocated`)
    return size
  }

  alloc(size: number): number {
    const rounded = roundSize(size)
    const address = this.#reuse(rounded) ?? this.#extend(rounded)
    this.#sizes.set(address, rounded)
    return address
  }

  free(address: number): void {
    const size = this.sizeOf(address)
    this.#sizes.delete(address)
    const list = this.#free.get(size)
    if (list) list.push(address)
    else this.#free.set(size, [address])
  }

  #reuse(size: number): number | undefined {
    const list = this.#free.get(size)
    const isFull = this.#next + size > this.#end
    const waiting = size > LARGEST_WAITING || isFull ? 0 : WAITING
    return list && list.length > waiting ? list.shift() : undefined
  }

  #extend(size: number): number {
    const address = this.#next
    if (address + size > this.#end)
      throw new NotModelledError(`embedded kernel: ${this.#name} is full: ${size} bytes asked`, {
        errno: "ENOMEM",
      })
    this.#next += size
    return address
  }
}

/** Small blocks by 16 bytes, large ones by an eighth of their power of two, so that sizes recur. */
function roundSize(size: number): number {
  if (size <= 1024) return alignUp(Math.max(size, 1), ALIGNMENT)
  const step = 2 ** Math.floor(Math.log2(size)) / 8
  return alignUp(size, step)
}
