import { MapError } from "../../base/index.ts"
import { type Btf, type BtfValue, readValue, type TypeId, writeValue } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelMap, SampleOptions } from "../../kernel/index.ts"
import type { GlobalSpec, MapSpec, ObjectSpec } from "../../object/index.ts"
import type { MapRecord, MapStorage } from "../maps/index.ts"
import { EmbeddedProgram } from "../programs/program.ts"
import { eventType } from "./event-type.ts"

/** BPF_ANY, BPF_NOEXIST, BPF_EXIST. */
const FLAGS = { any: 0n, noexist: 1n, exist: 2n } as const

/** One record of a perf event array or ring buffer. */
export interface Sample {
  readonly map: string
  /** The decoded struct, or the bytes when no type of the object fits. */
  readonly value: unknown
  readonly bytes: Uint8Array
  /** Where the record stands among all records of all maps of this kernel. */
  readonly order: number
}

/** A map of a loaded object: storage by bytes, keys and values by the object's BTF. */
export class TypedMap implements KernelMap {
  readonly spec: MapSpec
  readonly storage: MapStorage
  readonly #btf: Btf | undefined
  readonly #cpus: number
  /** Of a data section: the variables in its only value. */
  readonly #variables: readonly GlobalSpec[] | undefined
  #closed = false
  readonly #wake = new Set<() => void>()

  constructor(spec: MapSpec, storage: MapStorage, object: ObjectSpec, cpus: number) {
    this.spec = spec
    this.storage = storage
    this.#btf = object.btf
    this.#cpus = cpus
    if (spec.kind !== "map") this.#variables = object.globals.filter(variable => variable.map === spec.name)
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
    const bytes = this.storage.get(this.#encode(key, this.spec.keyType, this.keySize, "key"))
    return bytes === undefined ? undefined : this.#decodeStored(bytes)
  }

  /** Prog arrays take a program of this kernel, or its id. */
  async set(
    key: unknown,
    value: unknown,
    options: { readonly flag?: keyof typeof FLAGS } = {},
  ): Promise<void> {
    const keyBytes = this.#encode(key, this.spec.keyType, this.keySize, "key")
    const stored = value instanceof EmbeddedProgram ? value.id : value
    this.storage.set(keyBytes, this.#encodeStored(stored), FLAGS[options.flag ?? "any"])
  }

  async delete(key: unknown): Promise<boolean> {
    return this.storage.remove(this.#encode(key, this.spec.keyType, this.keySize, "key"))
  }

  async *entries(): AsyncGenerator<[key: unknown, value: unknown]> {
    let key = this.storage.nextKey(undefined)
    while (key) {
      const value = this.storage.get(key)
      if (value) yield [this.#decode(key, this.spec.keyType), this.#decodeStored(value)]
      key = this.storage.nextKey(key)
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

  /** The records that nobody has read yet, decoded. */
  takeSamples(type?: string): Sample[] {
    return (this.storage.records?.take() ?? []).map(record => this.sample(record, type))
  }

  sample(record: MapRecord, type?: string): Sample {
    const { bytes, order } = record
    const id = this.#btf && eventType(this.#btf, bytes.length, type)
    const value = this.#btf && id !== undefined ? readValue(this.#btf, id, bytes) : bytes
    return { map: this.name, value, bytes, order }
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
      const stop = this.storage.records?.onRecord(() => done())
      const done = (): void => {
        stop?.()
        signal?.removeEventListener("abort", done)
        this.#wake.delete(done)
        resolve()
      }
      signal?.addEventListener("abort", done)
      this.#wake.add(done)
    })
  }

  get #perCpu(): boolean {
    return this.type.includes("percpu")
  }

  #decodeStored(bytes: Uint8Array): unknown {
    if (this.#variables) return this.#decodeVariables(bytes, this.#variables)
    if (!this.#perCpu) return this.#decode(bytes, this.spec.valueType)
    const stride = bytes.length / this.#cpus
    return Array.from({ length: this.#cpus }, (_, cpu) =>
      this.#decode(bytes.subarray(cpu * stride, cpu * stride + this.valueSize), this.spec.valueType),
    )
  }

  /** Variables by name; static ones of several files may share one, then the last is seen. */
  #decodeVariables(bytes: Uint8Array, variables: readonly GlobalSpec[]): Readonly<Record<string, unknown>> {
    const btf = this.#btf
    if (!btf) return {}
    return Object.fromEntries(
      variables.map(({ name, type, offset }) => [name, readValue(btf, type, bytes, offset)]),
    )
  }

  #encodeStored(value: unknown): Uint8Array {
    if (!this.#perCpu) return this.#encode(value, this.spec.valueType, this.valueSize, "value")
    if (!Array.isArray(value) || value.length !== this.#cpus)
      throw new MapError(
        `map '${this.name}': a per-CPU value is an array of ${this.#cpus} values, one a CPU`,
        {
          errno: "EINVAL",
        },
      )
    const stride = Math.ceil(this.valueSize / 8) * 8
    const bytes = new Uint8Array(stride * this.#cpus)
    value.forEach((item, cpu) => {
      bytes.set(this.#encode(item, this.spec.valueType, this.valueSize, "value"), cpu * stride)
    })
    return bytes
  }

  #decode(bytes: Uint8Array, type: TypeId | undefined): unknown {
    return this.#btf && type !== undefined ? readValue(this.#btf, type, bytes) : plainInteger(bytes)
  }

  #encode(value: unknown, type: TypeId | undefined, size: number, what: "key" | "value"): Uint8Array {
    if (value instanceof Uint8Array) {
      if (value.length === size) return value
      throw new MapError(`map '${this.name}': ${what} has ${value.length} bytes, the map wants ${size}`, {
        errno: "EINVAL",
      })
    }
    const bytes = new Uint8Array(size)
    if (this.#btf && type !== undefined) {
      writeValue(this.#btf, type, value as BtfValue, bytes)
      return bytes
    }
    if ((typeof value !== "number" || !Number.isInteger(value)) && typeof value !== "bigint")
      throw new MapError(
        `map '${this.name}': without BTF a ${what} is given as an integer or ${size} bytes`,
        {
          errno: "EINVAL",
        },
      )
    let rest = BigInt.asUintN(64, BigInt(value))
    for (let index = 0; index < size; index++, rest >>= 8n) bytes[index] = Number(rest & 0xffn)
    return bytes
  }
}

/** Without a type, what has the size of an integer is one (as API integers are: 64 bits as bigint), the rest bytes. */
function plainInteger(bytes: Uint8Array): number | bigint | Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (bytes.length) {
    case 1:
      return view.getUint8(0)
    case 2:
      return view.getUint16(0, true)
    case 4:
      return view.getUint32(0, true)
    case 8:
      return view.getBigUint64(0, true)
    default:
      return bytes.slice()
  }
}
