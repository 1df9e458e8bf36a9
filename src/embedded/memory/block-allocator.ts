import { alignUp, NotModelledError } from "../../base/index.ts"

const ALIGNMENT = 16

/**
 * Hands out address ranges of [start, end): freed blocks are reused by exact rounded size, new ones come from the
 * top. Kernel objects come in few sizes, so this stays compact without ever moving anything.
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

  alloc(size: number): number {
    const rounded = roundSize(size)
    const address = this.#free.get(rounded)?.pop() ?? this.#extend(rounded)
    this.#sizes.set(address, rounded)
    return address
  }

  free(address: number): void {
    const size = this.#sizes.get(address)
    if (size === undefined) throw new Error(`BUG: ${this.#name}: freeing ${address}, which is not allocated`)
    this.#sizes.delete(address)
    const list = this.#free.get(size)
    if (list) list.push(address)
    else this.#free.set(size, [address])
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
