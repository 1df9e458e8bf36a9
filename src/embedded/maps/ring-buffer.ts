import { alignUp, errnoNumber } from "../../base/index.ts"
import { MapBase } from "./map-base.ts"
import type { MapAttributes, MapHost, MapRecord } from "./map-storage.ts"
import { RecordQueue } from "./record-queue.ts"

/** In front of each record: its length and flags, and the page it lies in. */
const RECORD_HEADER = 8

/** What bpf_ringbuf_query asks for. */
export const RING_QUERY = { available: 0n, size: 1n, consumer: 2n, producer: 3n } as const

/** Of the whole buffer, one bit of a 32-bit length is a flag and one more is kept. */
const MAX_RECORD = 0xffff_ffff / 4

/** Flags of output, submit and discard; none of them changes what a reader here sees. */
const WAKEUP_FLAGS = 3n

interface Reservation {
  readonly size: number
  /** The producer's position where its header stands. */
  readonly position: number
  done: "no" | "submitted" | "discarded"
}

/**
 * ringbuf: records of any size in one buffer for all CPUs, seen by the reader in the order of reservation. Positions
 * count bytes since the map's creation, as in Linux: a record takes its room from reservation until the reader has
 * passed it, even when it was discarded.
 */
export class RingBuffer extends MapBase {
  override readonly records: RingRecords
  /** Reserved and not yet given to the reader, by address, in the order of reservation. */
  readonly #reserved = new Map<number, Reservation>()
  #produced = 0

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes)
    this.records = new RingRecords(host)
  }

  /** Memory for a record of `size` bytes, or 0 when the buffer has no room for it. */
  reserve(size: number): number {
    const end = this.#produced + alignUp(size + RECORD_HEADER, 8)
    // One byte short of full: positions of a full and of an empty buffer would look the same.
    if (size > MAX_RECORD || end - this.records.consumed >= this.attributes.maxEntries) {
      this.records.countLost()
      return 0
    }
    const address = this.memory.alloc(size)
    this.#reserved.set(address, { size, position: this.#produced, done: "no" })
    this.#produced = end
    return address
  }

  /** Hands a reserved record over (or throws it away). False when nothing was reserved there. */
  commit(address: number, discard: boolean): boolean {
    const record = this.#reserved.get(address)
    if (record?.done !== "no") return false
    record.done = discard ? "discarded" : "submitted"
    this.#drain()
    return true
  }

  /** bpf_ringbuf_output: 0, −EINVAL for unknown flags, −EAGAIN when there is no room. */
  output(bytes: Uint8Array, flags = 0n): number {
    if (flags > WAKEUP_FLAGS) return -errnoNumber("EINVAL")
    const address = this.reserve(bytes.length)
    if (address === 0) return -errnoNumber("EAGAIN")
    this.memory.write(address, bytes)
    this.commit(address, false)
    return 0
  }

  query(what: bigint): bigint {
    switch (what) {
      case RING_QUERY.available:
        return BigInt(this.#produced - this.records.consumed)
      case RING_QUERY.size:
        return BigInt(this.attributes.maxEntries)
      case RING_QUERY.consumer:
        return BigInt(this.records.consumed)
      case RING_QUERY.producer:
        return BigInt(this.#produced)
      default:
        return 0n
    }
  }

  lookup(_key: number): number {
    return 0
  }

  update(_key: number, _value: number, _flags: bigint): number {
    return -errnoNumber("ENOTSUPP")
  }

  delete(_key: number): number {
    return -errnoNumber("ENOTSUPP")
  }

  nextKey(_key: Uint8Array | undefined): Uint8Array | undefined {
    throw this.fail("ENOTSUPP", "a ring buffer has no keys", "read its records instead")
  }

  override close(): void {
    for (const address of this.#reserved.keys()) this.memory.free(address)
    super.close()
  }

  protected find(_key: number): number {
    throw this.fail("ENOTSUPP", "a ring buffer has no keys", "read its records instead")
  }

  protected claim(_key: number, _flags: bigint): number {
    throw this.fail("ENOTSUPP", "a ring buffer has no keys", "read its records instead")
  }

  /** A record waits for every one that was reserved before it. */
  #drain(): void {
    for (const [address, record] of this.#reserved) {
      if (record.done === "no") break
      if (record.done === "submitted")
        this.records.push(this.memory.read(address, record.size), this.host.cpu())
      this.#reserved.delete(address)
      this.memory.free(address)
    }
    const [first] = this.#reserved.values()
    this.records.ready = first?.position ?? this.#produced
  }
}

/** The reader of a ring buffer: reading gives the room of records, and of discarded ones among them, back. */
class RingRecords extends RecordQueue {
  /** Up to where everything is submitted or discarded. */
  ready = 0
  /** Up to where the reader is. */
  consumed = 0

  override take(): MapRecord[] {
    this.consumed = this.ready
    return super.take()
  }
}
