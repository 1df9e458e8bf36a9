import { alignUp, MapError } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import {
  ArrayView,
  flagOf,
  type GlobalMemory,
  type KernelMap,
  MapCodec,
  type MapView,
  notMappable,
  type Sample,
  type SampleOptions,
  takesNoRecords,
  type UpdateOptions,
} from "../../kernel/index.ts"
import { BPF_F_MMAPABLE, type MapSpec, type ObjectSpec } from "../../object/index.ts"
import type { MapRecord, MapStorage } from "../maps/index.ts"
import { EmbeddedProgram } from "../programs/program.ts"

/** One record of a map, decoded. */
export interface EmbeddedSample extends Sample {
  /** Where the record stands among all records of all maps of this kernel. */
  readonly order: number
}

/** A map of a loaded object: storage by bytes, keys and values by the object's BTF. */
export class TypedMap implements KernelMap {
  readonly spec: MapSpec
  readonly storage: MapStorage
  readonly #codec: MapCodec
  #closed = false
  readonly #wake = new Set<() => void>()

  constructor(spec: MapSpec, storage: MapStorage, object: ObjectSpec, cpus: number) {
    this.spec = spec
    this.storage = storage
    const { keySize, valueSize } = storage.attributes
    this.#codec = new MapCodec(spec, object, { keySize, valueSize, cpus })
  }

  get id(): number {
    return this.storage.id
  }

  get name(): string {
    return this.spec.name
  }

  get type(): string {
    return mapType(this.spec.type)?.name ?? String(this.spec.type)
  }

  get keySize(): number {
    return this.storage.attributes.keySize
  }

  get valueSize(): number {
    return this.storage.attributes.valueSize
  }

  get maxEntries(): number {
    return this.storage.attributes.maxEntries
  }

  async get(key: unknown): Promise<unknown> {
    const bytes = this.storage.get(this.#codec.encodeKey(key))
    return bytes === undefined ? undefined : this.#codec.decodeValue(bytes)
  }

  /** Prog arrays take a program of this kernel, or its id. */
  async set(key: unknown, value: unknown, options: UpdateOptions = {}): Promise<void> {
    const keyBytes = this.#codec.encodeKey(key)
    const stored = value instanceof EmbeddedProgram ? value.id : value
    this.storage.set(keyBytes, this.#codec.encodeValue(stored), BigInt(flagOf(options)))
  }

  async setMany(
    elements: Iterable<readonly [key: unknown, value: unknown]>,
    options: UpdateOptions = {},
  ): Promise<void> {
    for (const [key, value] of elements) await this.set(key, value, options)
  }

  async delete(key: unknown): Promise<boolean> {
    return this.storage.remove(this.#codec.encodeKey(key))
  }

  async deleteMany(keys: Iterable<unknown>): Promise<number> {
    let count = 0
    for (const key of keys) if (await this.delete(key)) count += 1
    return count
  }

  async *entries(): AsyncGenerator<[key: unknown, value: unknown]> {
    let key = this.storage.nextKey(undefined)
    while (key) {
      const value = this.storage.get(key)
      if (value) yield [this.#codec.decodeKey(key), this.#codec.decodeValue(value)]
      key = this.storage.nextKey(key)
    }
  }

  async *take(): AsyncGenerator<[key: unknown, value: unknown]> {
    for (;;) {
      const key = this.storage.nextKey(undefined)
      const value = key && this.storage.get(key)
      if (!key || !value) return
      if (this.storage.remove(key)) yield [this.#codec.decodeKey(key), this.#codec.decodeValue(value)]
    }
  }

  view(): MapView {
    const { flags, maxEntries } = this.storage.attributes
    if ((flags & BPF_F_MMAPABLE) === 0) throw notMappable(this.name)
    const size = alignUp(this.valueSize, 8) * maxEntries
    return new ArrayView(this, this.#codec, () => this.storage.window(size))
  }

  async submit(): Promise<void> {
    throw takesNoRecords(this)
  }

  /** Where global variables of this map are. */
  globalMemory(): GlobalMemory {
    const frozen = this.spec.kind === "rodata" || this.spec.kind === "kconfig"
    const window = (): Uint8Array => this.storage.window(this.valueSize)
    return {
      read: window,
      write: (offset, bytes) => {
        if (!frozen) return window().set(bytes, offset)
        throw new MapError(`map '${this.name}': write: Operation not permitted (EPERM)`, {
          errno: "EPERM",
          hint: "constants are set by `globals` of load()",
        })
      },
    }
  }

  async *samples(options: SampleOptions = {}): AsyncGenerator<unknown> {
    const records = this.storage.records
    if (!records)
      throw new MapError(`map '${this.name}': a ${this.type} has no records`, {
        errno: "EINVAL",
        hint: "perf_event_array and ringbuf maps have them; use get() or entries() here",
      })
    while (!this.#closed && !options.signal?.aborted) {
      for (const record of records.take()) yield this.sample(record, options.type).value
      if (records.pending() > 0) continue
      await this.#nextRecord(options.signal)
    }
  }

  /** Records that found no room. */
  get lost(): number {
    return this.storage.records?.lost ?? 0
  }

  /** The records that nobody has read yet, decoded. */
  takeSamples(type?: string): EmbeddedSample[] {
    return (this.storage.records?.take() ?? []).map(record => this.sample(record, type))
  }

  sample(record: MapRecord, type?: string): EmbeddedSample {
    const { bytes, order } = record
    return { map: this.name, value: this.#codec.decodeRecord(bytes, type), bytes, order }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const wake of this.#wake) wake()
    this.storage.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  #nextRecord(signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        stop()
        signal?.removeEventListener("abort", done)
        resolve()
      }
      const stop = this.onRecord(done)
      signal?.addEventListener("abort", done)
    })
  }

  /** Calls `listener` after each record, and when the map is closed; the answer stops it. */
  onRecord(listener: () => void): () => void {
    const stop = this.storage.records?.onRecord(listener)
    this.#wake.add(listener)
    return () => {
      stop?.()
      this.#wake.delete(listener)
    }
  }
}
