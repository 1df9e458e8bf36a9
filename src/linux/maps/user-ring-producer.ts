import { setTimeout } from "node:timers/promises"
import { alignUp, MapError } from "../../base/index.ts"
import { Mapping, PROT_READ, PROT_WRITE } from "../ffi/mapping.ts"
import type { RawMap } from "./map-elements.ts"
import { PAGE } from "./map-memory.ts"

const HEADER = 8
/** Milliseconds between looks at a full buffer: the kernel's own signal comes also when the room is too small. */
const [SHORTEST_WAIT, LONGEST_WAIT] = [1, 64]

/**
 * The writing side of a user ring buffer: a page with the position of the programs that drain it, a page with ours, then the
 * data twice in a row (kernel/bpf/ringbuf.c, from 6.1 on).
 */
export class UserRingProducer implements Disposable {
  readonly #name: string
  readonly #size: number
  readonly #consumer: Mapping
  readonly #producer: Mapping
  readonly #consumed: BigUint64Array
  readonly #produced: BigUint64Array
  readonly #view: DataView
  #isOpen = true
  /** Records go out in the order in which they were given. */
  #last: Promise<void> = Promise.resolve()

  /** `size`: the map's max_entries, a power of two. Throws LinuxCallError. */
  constructor({ bpf, fd, name }: RawMap, size: number) {
    this.#name = name
    this.#size = size
    this.#consumer = new Mapping(bpf.native, fd, PAGE, PROT_READ)
    this.#producer = new Mapping(bpf.native, fd, PAGE + 2 * size, PROT_READ | PROT_WRITE, PAGE)
    this.#consumed = new BigUint64Array(this.#consumer.bytes.buffer, 0, 1)
    this.#produced = new BigUint64Array(this.#producer.bytes.buffer, 0, 1)
    this.#view = new DataView(this.#producer.bytes.buffer)
  }

  /** Puts a record in; while the buffer is full, waits for programs to drain it. Throws MapError: E2BIG, EBADF. */
  async submit(record: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    if (alignUp(record.length + HEADER, 8) > this.#size)
      throw new MapError(
        `map '${this.#name}': a record of ${record.length} bytes never fits its ${this.#size} bytes (E2BIG)`,
        { errno: "E2BIG" },
      )
    const turn = this.#last.then(() => this.#whenRoom(record, signal))
    // Whoever comes next is not concerned with this one's failure.
    this.#last = turn.catch(() => {})
    await turn
  }

  async #whenRoom(record: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    for (let wait = SHORTEST_WAIT; !this.#put(record); wait = Math.min(wait * 2, LONGEST_WAIT))
      await setTimeout(wait, undefined, signal ? { signal } : {})
  }

  #put(record: Uint8Array): boolean {
    if (!this.#isOpen)
      throw new MapError(`map '${this.#name}': it was closed before the record went out (EBADF)`, {
        errno: "EBADF",
      })
    const position = Number(this.#produced[0])
    const total = alignUp(record.length + HEADER, 8)
    if (this.#size - (position - Number(this.#consumed[0])) < total) return false
    const at = PAGE + (position & (this.#size - 1))
    this.#producer.bytes.set(record, at + HEADER)
    this.#view.setUint32(at, record.length, true)
    this.#view.setUint32(at + 4, 0, true)
    this.#produced[0] = BigInt(position + total)
    return true
  }

  [Symbol.dispose](): void {
    this.#isOpen = false
    this.#consumer.close()
    this.#producer.close()
  }
}
