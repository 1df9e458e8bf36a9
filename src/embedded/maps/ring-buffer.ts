import { errnoNumber } from "../../base/index.ts"
import { MapBase } from "./map-base.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"
import { type NativeFunctions, type NativeRing, nativeMaps } from "./native/index.ts"
import {
  RING_CONSUMED,
  RING_DATA,
  RING_HEADER_BYTES,
  RING_MARK,
  RING_MARK_VALUE,
  RING_PRODUCED,
  RING_SIZE,
  WAKEUP_FLAGS,
} from "./native/ring-layout.ts"
import { RingReader } from "./ring-reader.ts"

/** What bpf_ringbuf_query asks for. */
export const RING_QUERY = { available: 0n, size: 1n, consumer: 2n, producer: 3n } as const

/** No record is as large. */
const TOO_LARGE = 0xffff_ffff

/**
 * ringbuf: records of any size in one buffer for all CPUs, seen by the reader in the order of reservation; what programs
 * do to it is WebAssembly. Positions count bytes since the map's creation, as in Linux: a record takes its room from
 * reservation until the reader has passed it, even when it was discarded.
 */
export class RingBuffer extends MapBase {
  override readonly records: RingReader
  readonly #header: number
  readonly #functions: NativeFunctions
  #data = 0

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes)
    const { functions, owners } = nativeMaps(host.memory)
    const header = host.memory.alloc(RING_HEADER_BYTES)
    host.memory.view.setUint32(header + RING_MARK, header ^ RING_MARK_VALUE, true)
    host.memory.view.setUint32(header + RING_SIZE, attributes.maxEntries, true)
    this.#header = header
    this.#functions = functions
    this.records = new RingReader(host.memory, header)
    owners.set(header, { grow: () => this.#allocate(), shown: () => this.records.tell() })
  }

  override get native(): NativeRing {
    const { reserve, commit, output } = this.#functions
    return { kind: "ring", header: this.#header, reserve, commit, output }
  }

  /** Memory for a record of `size` bytes, or 0 when the buffer has no room for it. */
  reserve(size: number): number {
    return this.#functions.reserve(this.#header, Math.min(size, TOO_LARGE))
  }

  /** Hands a reserved record over (or throws it away). False when nothing was reserved there. */
  commit(address: number, discard: boolean): boolean {
    if (address > TOO_LARGE || this.#functions.ringOf(address) !== this.#header) return false
    return this.#functions.commit(address, discard ? 1 : 0) === 0
  }

  /** bpf_ringbuf_output: 0, −EINVAL for unknown flags, −EAGAIN when there is no room. */
  output(bytes: Uint8Array, flags = 0n): number {
    if (flags > BigInt(WAKEUP_FLAGS)) return -errnoNumber("EINVAL")
    const address = this.reserve(bytes.length)
    if (address === 0) return -errnoNumber("EAGAIN")
    this.memory.write(address, bytes)
    this.commit(address, false)
    return 0
  }

  query(what: bigint): bigint {
    const consumed = this.#position(RING_CONSUMED)
    const produced = this.#position(RING_PRODUCED)
    switch (what) {
      case RING_QUERY.available:
        return produced - consumed
      case RING_QUERY.size:
        return BigInt(this.attributes.maxEntries)
      case RING_QUERY.consumer:
        return consumed
      case RING_QUERY.producer:
        return produced
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
    const header = this.#header
    this.records.close()
    nativeMaps(this.memory).owners.delete(header)
    // A record that is still reserved would lead here.
    this.memory.view.setUint32(header + RING_MARK, 0, true)
    if (this.#data !== 0) this.memory.free(this.#data)
    this.memory.free(header)
    super.close()
  }

  protected find(_key: number): number {
    throw this.fail("ENOTSUPP", "a ring buffer has no keys", "read its records instead")
  }

  protected claim(_key: number, _flags: bigint): number {
    throw this.fail("ENOTSUPP", "a ring buffer has no keys", "read its records instead")
  }

  /** With the first record, so that buffers nobody writes to take no memory. */
  #allocate(): void {
    this.#data = this.memory.alloc(this.attributes.maxEntries * 2)
    this.memory.view.setUint32(this.#header + RING_DATA, this.#data, true)
  }

  #position(offset: number): bigint {
    return this.memory.view.getBigUint64(this.#header + offset, true)
  }
}
