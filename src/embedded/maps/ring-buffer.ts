import { alignUp, errnoNumber } from "../../base/index.ts"
import { MapBase } from "./map-base.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"
import { RecordQueue } from "./record-queue.ts"

/** In front of each record: its length and flags, and the page it lies in. */
const RECORD_HEADER = 8

/** What bpf_ringbuf_query asks for. */
export const RING_QUERY = { available: 0n, size: 1n, consumer: 2n, producer: 3n } as const

/** ringbuf: records of any size in one buffer for all CPUs, seen by the reader in the order of reservation. */
export class RingBuffer extends MapBase {
  override readonly records: RecordQueue
  /** Reserved and not yet submitted, by address, in the order of reservation. */
  readonly #reserved = new Map<number, { readonly size: number; done: "no" | "submitted" | "discarded" }>()
  #reservedBytes = 0
  #produced = 0n

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes)
    this.records = new RecordQueue(host)
  }

  /** Memory for a record of `size` bytes, or 0 when the buffer is full. */
  reserve(size: number): number {
    const needed = this.#space(size)
    const used = this.records.bytes + this.records.pending() * RECORD_HEADER + this.#reservedBytes
    if (size === 0 || used + needed > this.attributes.maxEntries) {
      this.records.countLost()
      return 0
    }
    const address = this.memory.alloc(size)
    this.#reserved.set(address, { size, done: "no" })
    this.#reservedBytes += needed
    this.#produced += BigInt(needed)
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

  /** bpf_ringbuf_output: 0, or −EAGAIN when the buffer is full. */
  output(bytes: Uint8Array): number {
    const address = this.reserve(bytes.length)
    if (address === 0) return -errnoNumber("EAGAIN")
    this.memory.write(address, bytes)
    this.commit(address, false)
    return 0
  }

  query(what: bigint): bigint {
    const waiting = BigInt(this.records.bytes + this.records.pending() * RECORD_HEADER + this.#reservedBytes)
    switch (what) {
      case RING_QUERY.available:
        return waiting
      case RING_QUERY.size:
        return BigInt(this.attributes.maxEntries)
      case RING_QUERY.consumer:
        return this.#produced - waiting
      case RING_QUERY.producer:
        return this.#produced
      default:
        return 0n
    }
  }

  lookup(_key: number): number {
    return 0
  }

  update(_key: number, _value: number, _flags: bigint): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  delete(_key: number): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  nextKey(_key: Uint8Array | undefined): Uint8Array | undefined {
    return undefined
  }

  override close(): void {
    for (const address of this.#reserved.keys()) this.memory.free(address)
    super.close()
  }

  protected find(_key: number): number {
    throw this.fail("EOPNOTSUPP", "a ring buffer has no keys", "read its records instead")
  }

  protected claim(_key: number, _flags: bigint): number {
    throw this.fail("EOPNOTSUPP", "a ring buffer has no keys", "read its records instead")
  }

  /** A record waits for every one that was reserved before it. */
  #drain(): void {
    for (const [address, record] of this.#reserved) {
      if (record.done === "no") return
      if (record.done === "submitted")
        this.records.push(this.memory.read(address, record.size), this.host.cpu())
      this.#reserved.delete(address)
      this.#reservedBytes -= this.#space(record.size)
      this.memory.free(address)
    }
  }

  #space(size: number): number {
    return alignUp(size + RECORD_HEADER, 8)
  }
}
