import { Mapping, PROT_READ, PROT_WRITE } from "../ffi/mapping.ts"
import type { Native } from "../ffi/native.ts"

const PAGE = 4096
const HEADER = 8
const BUSY = 0x8000_0000
const DISCARDED = 0x4000_0000
const LENGTH = 0x3fff_ffff
/** Records after which the kernel gets their room back. */
const GIVE_BACK = 256

/** Sees one record: `length` bytes from `offset` on. They are good until it returns. */
export type RecordVisitor = (view: DataView, offset: number, length: number) => void

/**
 * The reading side of a ring buffer map: a page with the consumer's position, a page with the producer's, then the data twice
 * in a row, so that no record is broken at the end (kernel/bpf/ringbuf.c).
 */
export class RingBufferReader implements Disposable {
  readonly #consumer: Mapping
  readonly #producer: Mapping
  readonly #positions: BigUint64Array
  readonly #produced: BigUint64Array
  readonly #view: DataView
  readonly #mask: number
  readonly #words: Int32Array

  /** `size`: the map's max_entries, a power of two. Throws LinuxCallError. */
  constructor(native: Native, fd: number, size: number) {
    this.#consumer = new Mapping(native, fd, PAGE, PROT_READ | PROT_WRITE)
    this.#producer = new Mapping(native, fd, PAGE + 2 * size, PROT_READ, PAGE)
    this.#positions = new BigUint64Array(this.#consumer.bytes.buffer, 0, 1)
    this.#produced = new BigUint64Array(this.#producer.bytes.buffer, 0, 1)
    this.#view = new DataView(this.#producer.bytes.buffer)
    this.#mask = size - 1
    this.#words = new Int32Array(this.#producer.bytes.buffer)
  }

  /** Whether the oldest record is complete. */
  get isReady(): boolean {
    const position = this.#positions[0] as bigint
    if (position === this.#produced[0]) return false
    return (this.#view.getUint32(PAGE + (Number(position) & this.#mask), true) & BUSY) === 0
  }

  /** Copies of the records that are complete, oldest first; at most `limit`. They are consumed. */
  take(limit = Number.POSITIVE_INFINITY): Uint8Array[] {
    const records: Uint8Array[] = []
    const { bytes } = this.#producer
    this.visit((_, offset, length) => void records.push(bytes.slice(offset, offset + length)), limit)
    return records
  }

  /**
   * Shows the records that are complete, oldest first, where they lie; at most `limit`. They are consumed, a few hundred at a
   * time. Gives how many there were, discarded ones included.
   */
  visit(visitor: RecordVisitor, limit = Number.POSITIVE_INFINITY): number {
    const [view, words, mask] = [this.#view, this.#words, this.#mask]
    let [count, taken] = [0, 0]
    // Positions only grow, and a stale one is read again later.
    let position = Number(this.#positions[0])
    let left = Number(this.#produced[0]) - position
    // Numbers of 32 bits from here on: this is the path of millions of records a second.
    let offset = Number(BigInt.asUintN(32, this.#positions[0] as bigint)) & mask
    try {
      while (left > 0 && count < limit) {
        for (let few = 0; few < GIVE_BACK && taken < left && count < limit; few++) {
          const at = PAGE + offset
          const header = words[at >> 2] as number
          if ((header & BUSY) !== 0) {
            left = 0
            break
          }
          const length = header & LENGTH
          const step = (length + HEADER + 7) & ~7
          offset = (offset + step) & mask
          taken += step
          count++
          if ((header & DISCARDED) === 0) visitor(view, at + HEADER, length)
        }
        position += taken
        left -= taken
        taken = 0
        this.#positions[0] = BigInt(position)
      }
    } finally {
      // A record that its visitor threw at is not shown again.
      if (taken > 0) this.#positions[0] = BigInt(position + taken)
    }
    return count
  }

  [Symbol.dispose](): void {
    this.#consumer.close()
    this.#producer.close()
  }
}
