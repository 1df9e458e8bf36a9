import { alignUp, type Errno, errnoText, MapError } from "../../base/index.ts"
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
  type SubmitOptions,
  takesNoRecords,
  type UpdateOptions,
} from "../../kernel/index.ts"
import { BPF_F_MMAPABLE, type MapSpec, type ObjectSpec } from "../../object/index.ts"
import type { KernelCore } from "../core.ts"
import {
  ArenaMap,
  deleteElement,
  lookupElement,
  type MapRecord,
  type MapStorage,
  nextElementKey,
  StructOpsMap,
  takeElement,
  UserRingBuffer,
  updateElement,
} from "../maps/index.ts"
import { EmbeddedProgram } from "../programs/program.ts"
import { StructOpsLink } from "../struct-ops/index.ts"
import { ArenaView, arenaGlobals } from "./arena-view.ts"

/** One record of a map, decoded. */
export interface EmbeddedSample extends Sample {
  /** Where the record stands among all records of all maps of this kernel. */
  readonly order: number
}

/** What a map needs of its kernel. */
export interface TypedMapHost {
  readonly core: KernelCore
  readonly cpus: number
  readonly bpfFiles: { pin(map: MapStorage, path: string): Errno | undefined }
}

/** An object's hold on its map. */
export interface MapHold {
  release(): void
  /** Of a struct_ops map: puts its programs to work; the answer takes them back. Throws MapError, LoadError. */
  register?(): () => void
}

/** A map of a loaded object: storage by bytes, keys and values by the object's BTF. */
export class TypedMap implements KernelMap {
  readonly spec: MapSpec
  readonly storage: MapStorage
  readonly #codec: MapCodec
  readonly #host: TypedMapHost
  readonly #hold: MapHold
  #closed = false
  #lastSubmit: Promise<void> = Promise.resolve()
  readonly #wake = new Set<() => void>()

  constructor(spec: MapSpec, storage: MapStorage, object: ObjectSpec, host: TypedMapHost, hold: MapHold) {
    this.spec = spec
    this.storage = storage
    this.#host = host
    this.#hold = hold
    const { cpus } = host
    const { keySize, valueSize } = storage.attributes
    this.#codec = new MapCodec(spec, object, { keySize, valueSize, cpus }, value =>
      value instanceof EmbeddedProgram || value instanceof TypedMap ? value.id : undefined,
    )
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
    const bytes = lookupElement(this.storage, this.#key(key))
    return bytes === undefined ? undefined : this.#codec.decodeValue(bytes)
  }

  /** Where other kernels take descriptors of programs and maps, ids stand in their place. */
  async set(key: unknown, value: unknown, options: UpdateOptions = {}): Promise<void> {
    updateElement(this.storage, this.#key(key), this.#codec.encodeValue(value), BigInt(flagOf(options)))
  }

  async setMany(
    elements: Iterable<readonly [key: unknown, value: unknown]>,
    options: UpdateOptions = {},
  ): Promise<void> {
    for (const [key, value] of elements) await this.set(key, value, options)
  }

  async delete(key: unknown): Promise<boolean> {
    return deleteElement(this.storage, this.#key(key))
  }

  async deleteMany(keys: Iterable<unknown>): Promise<number> {
    let count = 0
    for (const key of keys) if (await this.delete(key)) count += 1
    return count
  }

  async *entries(): AsyncGenerator<[key: unknown, value: unknown]> {
    let key = nextElementKey(this.storage, undefined)
    while (key) {
      const value = lookupElement(this.storage, key)
      if (value) yield [this.#codec.decodeKey(key), this.#codec.decodeValue(value)]
      key = nextElementKey(this.storage, key)
    }
  }

  async *take(): AsyncGenerator<[key: unknown, value: unknown]> {
    if (this.keySize === 0) {
      const next = (): Uint8Array | undefined => takeElement(this.storage, undefined)
      for (let value = next(); value; value = next()) yield [undefined, this.#codec.decodeValue(value)]
      return
    }
    for (;;) {
      const key = nextElementKey(this.storage, undefined)
      const value = key && lookupElement(this.storage, key)
      if (!key || !value) return
      if (deleteElement(this.storage, key)) yield [this.#codec.decodeKey(key), this.#codec.decodeValue(value)]
    }
  }

  view(): MapView {
    if (this.storage instanceof ArenaMap) return new ArenaView(this.storage)
    const { flags, maxEntries } = this.storage.attributes
    if ((flags & BPF_F_MMAPABLE) === 0) throw notMappable(this.name)
    const size = alignUp(this.valueSize, 8) * maxEntries
    return new ArrayView(this, this.#codec, () => this.storage.window(size))
  }

  async submit(value: unknown, options: SubmitOptions = {}): Promise<void> {
    const { storage } = this
    if (!(storage instanceof UserRingBuffer)) throw takesNoRecords(this)
    const record = this.#codec.encodeRecord(value, options.type)
    // Records go out in the order in which they were given.
    const turn = this.#lastSubmit.then(() => this.#submitWhenRoom(storage, record, options.signal))
    this.#lastSubmit = turn.catch(() => {})
    await turn
  }

  async #submitWhenRoom(
    ring: UserRingBuffer,
    record: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (;;) {
      signal?.throwIfAborted()
      if (this.#closed)
        throw new MapError(`map '${this.name}': it was closed before the record went out (EBADF)`, {
          errno: "EBADF",
        })
      if (ring.submit(record)) return
      await this.#until(done => {
        const stop = ring.onRoom(done)
        this.#wake.add(done)
        return () => {
          stop()
          this.#wake.delete(done)
        }
      }, signal)
    }
  }

  /** Where global variables of this map are. */
  globalMemory(): GlobalMemory {
    const { storage } = this
    if (storage instanceof ArenaMap) return arenaGlobals(storage)
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

  /** Makes the map live on under a path of bpffs. Throws MapError. */
  async pin(path: string): Promise<void> {
    const errno = this.#host.bpfFiles.pin(this.storage, path)
    if (errno)
      throw new MapError(`map '${this.name}': pin to ${path}: ${errnoText(errno)} (${errno})`, { errno })
  }

  get isStructOps(): boolean {
    return this.storage instanceof StructOpsMap
  }

  /**
   * Of a struct_ops map: puts its programs to work, by link where its section asks for one (".struct_ops.link"), else
   * until `detach`. Throws MapError.
   */
  async attach(): Promise<{ detach(): Promise<void> }> {
    const takeBack = this.#register()
    if (this.spec.structOps?.link && this.storage instanceof StructOpsMap)
      return new StructOpsLink(this.#host.core, this.storage, takeBack)
    return { detach: async () => takeBack() }
  }

  /**
   * Of a struct_ops map without link: as `attach`, but for longer than its object is open, as `bpftool struct_ops
   * register` has it. Throws MapError.
   */
  register(): void {
    if (!this.isStructOps || this.spec.structOps?.link)
      throw new MapError(`map '${this.name}': only a struct_ops map without link stays registered (EINVAL)`, {
        errno: "EINVAL",
        hint: 'put it into section ".struct_ops"; what ".struct_ops.link" holds ends with its process',
      })
    this.#register()
  }

  #register(): () => void {
    if (this.#hold.register) return this.#hold.register()
    throw new MapError(`map '${this.name}': can't attach non-struct_ops map (EINVAL)`, { errno: "EINVAL" })
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
    this.#hold.release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  #nextRecord(signal: AbortSignal | undefined): Promise<void> {
    return this.#until(done => this.onRecord(done), signal)
  }

  /** Waits for the first call of what `listen` is given, or for the signal. */
  #until(listen: (done: () => void) => () => void, signal: AbortSignal | undefined): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        stop()
        signal?.removeEventListener("abort", done)
        resolve()
      }
      const stop = listen(done)
      signal?.addEventListener("abort", done)
    })
  }

  /** Maps without keys are asked without one. */
  #key(key: unknown): Uint8Array | undefined {
    const bytes = this.#codec.encodeKey(key)
    return bytes.length === 0 ? undefined : bytes
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
