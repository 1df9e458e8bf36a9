import { Mapping, PROT_READ, PROT_WRITE } from "../ffi/mapping.ts"
import type { Native } from "../ffi/native.ts"

const PAGE = 4096
const HEADER = 8
const BUSY = 0x8000_0000
const DISCARDED = 0x4000_0000

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

  /** `size`: the map's max_entries, a power of two. Throws LinuxCallError. */
  constructor(native: Native, fd: number, size: number) {
    this.#consumer = new Mapping(native, fd, PAGE, PROT_READ | PROT_WRITE)
    this.#producer = new Mapping(native, fd, PAGE + 2 * size, PROT_READ, PAGE)
    this.#positions = new BigUint64Array(this.#consumer.bytes.buffer, 0, 1)
    this.#produced = new BigUint64Array(this.#producer.bytes.buffer, 0, 1)
    this.#view = new DataView(this.#producer.bytes.buffer)
    this.#mask = size - 1
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
    let position = Number(this.#positions[0])
    // Atomics would fail on memory that is not shared; positions only grow, and a stale one is read again later.
    const end = Number(this.#produced[0])
    while (position < end && records.length < limit) {
      const at = PAGE + (position & this.#mask)
      const header = this.#view.getUint32(at, true)
      if ((header & BUSY) !== 0) break
      const length = header & ~(BUSY | DISCARDED)
      if ((header & DISCARDED) === 0)
        records.push(this.#producer.bytes.slice(at + HEADER, at + HEADER + length))
      position += (length + HEADER + 7) & ~7
    }
    this.#positions[0] = BigInt(position)
    return records
  }

  [Symbol.dispose](): void {
    this.#consumer.close()
    this.#producer.close()
  }
}
