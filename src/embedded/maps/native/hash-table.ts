import { alignUp } from "../../../base/index.ts"
import type { KernelMemory } from "../../memory/index.ts"
import {
  ELEMENT_SIZE,
  FRESH,
  FRESH_END,
  HASH_HEADER_BYTES,
  IS_LRU,
  KEY,
  KEY_SIZE,
  LRU_BATCH,
  LRU_BYTES,
  LRU_FREE,
  MAX_ENTRIES,
  RELEASES,
  STRIDE,
  VALUE,
  VALUE_SIZE,
  VALUES_SIZE,
  WAITING,
} from "./hash-layout.ts"
import { type NativeMaps, nativeMaps } from "./native-maps.ts"

/** Bytes of the first elements; from then on the number of elements doubles. */
const FIRST_CHUNK = 16384
/** Freed elements that wait before one is used again, and the largest values that wait: programs still read what they deleted. */
const WAITING_ELEMENTS = 16
const LARGEST_WAITING = 4096

export interface HashShape {
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  /** Bytes from one copy of a value to the next, and copies under one key. */
  readonly stride: number
  readonly copies: number
  /** For maps that evict: entries that a shortage makes room for. */
  readonly evicts?: number | undefined
}

/** The memory of one hash map: its header, and elements and buckets that become more with the map. */
export class HashTable {
  readonly header: number
  readonly #memory: KernelMemory
  readonly #native: NativeMaps
  readonly #elementSize: number
  /** Most elements there may be, and those that there are. */
  readonly #limit: number
  #capacity = 0
  /** From the start of an element's memory to its address. */
  readonly #lead: number
  readonly #chunks: number[] = []
  #onRelease: ((value: number) => void) | undefined
  #buckets = 0
  #bucketBits = 0

  constructor(memory: KernelMemory, shape: HashShape) {
    const { keySize, valueSize, maxEntries, stride, copies, evicts } = shape
    this.#memory = memory
    this.#native = nativeMaps(memory)
    this.#lead = evicts === undefined ? 0 : LRU_BYTES
    const valueOffset = KEY + alignUp(keySize, 8)
    const valuesSize = stride * copies
    this.#elementSize = this.#lead + valueOffset + valuesSize
    const waiting = valuesSize <= LARGEST_WAITING ? WAITING_ELEMENTS : 0
    this.#limit = maxEntries + waiting
    this.header = memory.alloc(HASH_HEADER_BYTES)
    const fields: readonly (readonly [offset: number, value: number])[] = [
      [KEY_SIZE, keySize],
      [VALUE, valueOffset],
      [VALUE_SIZE, valueSize],
      [STRIDE, copies > 1 ? stride : 0],
      [IS_LRU, evicts === undefined ? 0 : 1],
      [VALUES_SIZE, valuesSize],
      [ELEMENT_SIZE, this.#elementSize],
      [MAX_ENTRIES, maxEntries],
      [WAITING, waiting],
      [LRU_FREE, maxEntries],
      [LRU_BATCH, evicts ?? 0],
    ]
    for (const [offset, value] of fields) this.#put(offset, value)
    this.#native.owners.set(this.header, this)
    this.grow()
  }

  grow(): void {
    const count = Math.min(
      this.#limit - this.#capacity,
      Math.max(1, this.#capacity, Math.floor(FIRST_CHUNK / this.#elementSize)),
    )
    if (count <= 0) throw new Error("BUG: a hash map has more elements than entries")
    const size = count * this.#elementSize
    const chunk = this.#memory.alloc(size)
    this.#chunks.push(chunk)
    this.#growBuckets(this.#capacity + count)
    this.#capacity += count
    this.#put(FRESH, chunk + this.#lead)
    this.#put(FRESH_END, chunk + this.#lead + size)
  }

  /**
   * From now on `listener` sees the first CPU's value of each key that is deleted or evicted, for values whose fields hold
   * something. It may not use the map.
   */
  onRelease(listener: (value: number) => void): void {
    this.#onRelease = listener
    this.#put(RELEASES, 1)
  }

  released(value: number): void {
    this.#onRelease?.(value)
  }

  /** Gives the memory back; nobody is told of the values. */
  close(): void {
    this.#native.owners.delete(this.header)
    for (const block of [...this.#chunks, this.#buckets, this.header]) this.#memory.free(block)
  }

  /** One bucket an element at least. */
  #growBuckets(elements: number): void {
    const bits = Math.max(1, Math.ceil(Math.log2(elements)))
    if (bits <= this.#bucketBits) return
    const old = this.#buckets
    this.#buckets = this.#memory.alloc(4 * 2 ** bits)
    this.#bucketBits = bits
    this.#native.functions.rebucket(this.header, this.#buckets, 32 - bits)
    if (old !== 0) this.#memory.free(old)
  }

  #put(offset: number, value: number): void {
    this.#memory.view.setUint32(this.header + offset, value, true)
  }
}
