import { setImmediate } from "node:timers/promises"
import { MapError } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import {
  ArrayView,
  ByteView,
  flagOf,
  type KernelMap,
  MapCodec,
  type MapView,
  type Sample,
  type SampleOptions,
  type SubmitOptions,
  takesNoRecords,
  type UpdateOptions,
} from "../../kernel/index.ts"
import type { MapSpec, ObjectSpec } from "../../object/index.ts"
import { registerStructOps, type StructOpsLink } from "../attach/struct-ops-link.ts"
import { OBJECT_PATH } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import type { Descriptor } from "../ffi/descriptor.ts"
import type { Poller } from "../ffi/epoll.ts"
import type { Mapping } from "../ffi/mapping.ts"
import { LinuxProgram } from "../linux-program.ts"
import { mapInfo } from "../load/pinned-map.ts"
import {
  type MapRecord,
  openPerfSource,
  openRingSource,
  type PerfBufferOptions,
  type RecordSource,
  whenReadable,
} from "../read/records.ts"
import type { RecordVisitor } from "../read/ring-buffer.ts"
import { deleteElements, readElements, writeElements } from "./batches.ts"
import {
  bytesOfValue,
  deleteElement,
  lookupElement,
  mapFailure,
  type RawMap,
  updateElement,
} from "./map-elements.ts"
import { MapMemory } from "./map-memory.ts"
import { UserRingProducer } from "./user-ring-producer.ts"

/** Records taken at once, so that none waits for long before others are looked at. */
const BATCH = 4096
const LARGE_BATCH = 1 << 16
/** Milliseconds without a record after which a stream is taken to pause. */
const PATIENCE = 2

/** What a map shares with its kernel. */
export interface MapHost {
  readonly bpf: Bpf
  readonly poller: Poller
  readonly cpus: number
  readonly onlineCpus: readonly number[]
}

/** One record of a map, decoded. */
export interface LinuxSample extends Sample {
  /** Nanoseconds since boot; undefined for ring buffers, whose records carry none. */
  readonly time: bigint | undefined
}

/** A map that the Linux kernel holds. */
export class LinuxMap implements KernelMap {
  readonly id: number
  readonly name: string
  readonly type: string
  readonly keySize: number
  readonly valueSize: number
  readonly maxEntries: number
  readonly spec: MapSpec
  /** What of it is shared with this process. */
  readonly memory: MapMemory
  readonly #host: MapHost
  readonly #descriptor: Descriptor
  readonly #codec: MapCodec
  readonly #raw: RawMap
  #producer: UserRingProducer | undefined
  /** Of a struct_ops map: its value with the programs in it. */
  readonly #structOps: Uint8Array | undefined
  #registration: StructOpsLink | undefined
  #source: RecordSource | undefined
  /** Records that were taken from the kernel; from `#next` on nobody has read them. */
  #pending: readonly MapRecord[] = []
  #next = 0
  readonly #onClose = new Set<() => void>()

  constructor(
    spec: MapSpec,
    descriptor: Descriptor,
    object: ObjectSpec,
    host: MapHost,
    options: { readonly structOps?: Uint8Array | undefined; readonly mapping?: Mapping | undefined } = {},
  ) {
    this.#structOps = options.structOps
    const info = mapInfo(host.bpf, descriptor.fd)
    this.spec = spec
    this.id = info.id
    this.name = spec.name
    this.type = mapType(info.type)?.name ?? String(info.type)
    this.keySize = info.key_size
    this.valueSize = info.value_size
    this.maxEntries = info.max_entries
    this.#host = host
    this.#descriptor = descriptor
    const { keySize, valueSize } = this
    this.#codec = new MapCodec(spec, object, { keySize, valueSize, cpus: host.cpus }, value =>
      value instanceof LinuxProgram || value instanceof LinuxMap ? value.fd : undefined,
    )
    const valueBytes = bytesOfValue(this.type, this.valueSize, host.cpus)
    this.#raw = {
      bpf: host.bpf,
      get fd() {
        return descriptor.fd
      },
      name: this.name,
      keySize: this.keySize,
      valueBytes,
    }
    const shape = { type: this.type, valueSize: this.valueSize, maxEntries: this.maxEntries }
    this.memory = new MapMemory(this.#raw, { ...shape, flags: info.map_flags }, options.mapping)
  }

  get fd(): number {
    return this.#descriptor.fd
  }

  async get(key: unknown): Promise<unknown> {
    const bytes = this.lookup(this.#codec.encodeKey(key))
    return bytes && this.#codec.decodeValue(bytes)
  }

  async set(key: unknown, value: unknown, options: UpdateOptions = {}): Promise<void> {
    this.update(this.#codec.encodeKey(key), this.#codec.encodeValue(value), flagOf(options))
  }

  async setMany(
    elements: Iterable<readonly [key: unknown, value: unknown]>,
    options: UpdateOptions = {},
  ): Promise<void> {
    const raw = Array.from(
      elements,
      ([key, value]) => [this.#codec.encodeKey(key), this.#codec.encodeValue(value)] as const,
    )
    writeElements(this.#raw, raw, flagOf(options))
  }

  async delete(key: unknown): Promise<boolean> {
    return deleteElement(this.#raw, this.#codec.encodeKey(key))
  }

  async deleteMany(keys: Iterable<unknown>): Promise<number> {
    return deleteElements(
      this.#raw,
      Array.from(keys, key => this.#codec.encodeKey(key)),
    )
  }

  async *entries(): AsyncGenerator<[key: unknown, value: unknown]> {
    yield* this.#read(false)
  }

  async *take(): AsyncGenerator<[key: unknown, value: unknown]> {
    yield* this.#read(true)
  }

  *#read(take: boolean): Generator<[key: unknown, value: unknown]> {
    for (const [key, value] of readElements(this.#raw, { take }))
      yield [this.#codec.decodeKey(key), this.#codec.decodeValue(value)]
  }

  view(): MapView {
    if (this.type === "arena") return new ByteView(this.memory.window())
    this.memory.window()
    return new ArrayView(this, this.#codec, () => this.memory.window())
  }

  async submit(value: unknown, options: SubmitOptions = {}): Promise<void> {
    if (this.type !== "user_ringbuf") throw takesNoRecords(this)
    this.#producer ??= new UserRingProducer(this.#raw, this.maxEntries)
    await this.#producer.submit(this.#codec.encodeRecord(value, options.type), options.signal)
  }

  async *samples(options: SampleOptions = {}): AsyncGenerator<unknown> {
    const isOver = (): boolean => !this.#descriptor.isOpen || options.signal?.aborted === true
    while (!isOver()) {
      // Asked for anew each time: other buffers may have come.
      const source = this.records()
      if (this.#next >= this.#pending.length) {
        this.#pending = source.take(BATCH)
        this.#next = 0
      }
      if (this.#pending.length === 0)
        await whenReadable(this.#host.poller, source.descriptors, {
          signal: options.signal,
          onClose: end => this.onClose(end),
          isReady: () => source.isReady,
        })
      // What is taken and not yet given stays for the next reader: one may leave in the middle.
      while (this.#next < this.#pending.length && !isOver()) {
        const { bytes } = this.#pending[this.#next++] as MapRecord
        yield this.#codec.decodeRecord(bytes, options.type)
      }
      // A buffer that never runs dry must not keep timers and other input waiting.
      await setImmediate()
    }
  }

  /**
   * Shows every record where it lies, as it comes, until `signal` fires or the map is closed: no copy, no decoding, for
   * streams of millions a second. Other input is looked at between large batches.
   */
  async consume(visitor: RecordVisitor, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal } = options
    let idleSince = 0
    while (this.#descriptor.isOpen && signal?.aborted !== true) {
      const source = this.records()
      for (; this.#next < this.#pending.length; this.#next++) {
        const { bytes } = this.#pending[this.#next] as MapRecord
        visitor(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length)
      }
      const now = performance.now()
      if (source.visit(visitor, LARGE_BATCH) > 0) idleSince = now
      // In the middle of a stream, looking again is quicker than being woken.
      if (now - idleSince < PATIENCE) await setImmediate()
      else
        await whenReadable(this.#host.poller, source.descriptors, {
          signal,
          onClose: end => this.onClose(end),
          isReady: () => source.isReady,
        })
    }
  }

  /** The records that nobody has read yet, decoded. */
  takeSamples(type?: string): LinuxSample[] {
    const take = (record: MapRecord): LinuxSample => ({
      map: this.name,
      value: this.#codec.decodeRecord(record.bytes, type),
      ...record,
    })
    if (!this.hasRecords) return []
    const pending = this.#pending.slice(this.#next)
    this.#next = this.#pending.length
    return [...pending, ...this.records().take()].map(take)
  }

  get isStructOps(): boolean {
    return this.#structOps !== undefined
  }

  get hasRecords(): boolean {
    return this.type === "perf_event_array" || this.type === "ringbuf"
  }

  /** Records that found no room, as far as the kernel tells. */
  get lost(): number {
    return this.#source?.lost ?? 0
  }

  /** Of a perf event array: starts its buffers anew with other sizes. What nobody has read is gone. Throws MapError. */
  setBuffers(options: PerfBufferOptions): void {
    if (this.type !== "perf_event_array")
      throw new MapError(`map '${this.name}': a ${this.type} has no buffers of its own (EINVAL)`, {
        errno: "EINVAL",
        hint: "perf_event_array maps have; a ringbuf's size is its max_entries",
      })
    this.#closeRecords()
    this.records(options)
  }

  /** Calls `end` when the records that are open now are closed; the answer forgets it. */
  onClose(end: () => void): () => void {
    this.#onClose.add(end)
    return () => this.#onClose.delete(end)
  }

  #closeRecords(): void {
    for (const end of this.#onClose) end()
    this.#source?.[Symbol.dispose]()
    this.#source = undefined
  }

  /** Opens the map's records for reading: a perf event array without a reader refuses them. */
  records(options: PerfBufferOptions = {}): RecordSource {
    const { bpf, onlineCpus } = this.#host
    if (!this.hasRecords)
      throw new MapError(`map '${this.name}': a ${this.type} has no records (EINVAL)`, {
        errno: "EINVAL",
        hint: "perf_event_array and ringbuf maps have them; use get() or entries() here",
      })
    this.#source ??=
      this.type === "ringbuf"
        ? openRingSource(bpf, this.fd, this.maxEntries)
        : openPerfSource(
            bpf,
            this.fd,
            onlineCpus.filter(cpu => cpu < this.maxEntries),
            options,
          )
    return this.#source
  }

  /**
   * Of a struct_ops map: puts its programs to work, by link where its section asks for one (".struct_ops.link"), else
   * until `detach` or the end of the map. Throws MapError.
   */
  async attach(): Promise<StructOpsLink> {
    if (!this.#structOps)
      throw new MapError(`map '${this.name}': can't attach non-struct_ops map (EINVAL)`, { errno: "EINVAL" })
    this.#registration = registerStructOps(this.#host.bpf, this.spec, this.fd, this.#structOps)
    return this.#registration
  }

  /**
   * Of a struct_ops map without link: as `attach`, but for longer than this process lives, as `bpftool struct_ops register`
   * has it. Throws MapError.
   */
  register(): void {
    if (!this.#structOps || this.spec.structOps?.link)
      throw new MapError(`map '${this.name}': only a struct_ops map without link stays registered (EINVAL)`, {
        errno: "EINVAL",
        hint: 'put it into section ".struct_ops"; what ".struct_ops.link" holds ends with its process',
      })
    registerStructOps(this.#host.bpf, this.spec, this.fd, this.#structOps)
  }

  /** Makes the map live on under a path of bpffs. */
  async pin(path: string): Promise<void> {
    const { result } = this.#host.bpf.try("BPF_OBJ_PIN", OBJECT_PATH, { pathname: path, bpf_fd: this.fd })
    if (result < 0) throw mapFailure(this, `pin to ${path}`, -result)
  }

  /** The value's bytes; of per-CPU maps one value a CPU, each rounded up to 8 bytes. */
  lookup(key: Uint8Array): Uint8Array | undefined {
    return lookupElement(this.#raw, key)
  }

  update(key: Uint8Array, value: Uint8Array, flags: number): void {
    updateElement(this.#raw, key, value, flags)
  }

  close(): void {
    this.#closeRecords()
    this.#registration?.[Symbol.dispose]()
    this.#registration = undefined
    this.#producer?.[Symbol.dispose]()
    this.memory[Symbol.dispose]()
    this.#descriptor.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }
}
