import { errnoNumber } from "../../../base/index.ts"
import { BPF_ANY, BPF_EXIST } from "../flags.ts"
import type { MapAttributes, MapElements, MapHost } from "../map-storage.ts"
import { UnkeyedMap } from "../unkeyed-map.ts"

/** queue and stack: values without keys, which come out in the order they went in, or the other way round. */
export class QueueMap extends UnkeyedMap implements MapElements {
  protected readonly refusals = { update: "EINVAL", delete: "EINVAL" } as const
  override readonly elements: MapElements = this
  readonly #values: Uint8Array[] = []
  readonly #isStack: boolean
  readonly #buffer: number

  constructor(host: MapHost, id: number, attributes: MapAttributes, kind: "queue" | "stack") {
    super(host, id, attributes)
    this.#isStack = kind === "stack"
    this.#buffer = host.memory.alloc(attributes.valueSize)
  }

  /** BPF_EXIST makes room in a full map by dropping the oldest value. */
  push(value: number, flags: bigint): number {
    if (flags !== BPF_ANY && flags !== BPF_EXIST) return -errnoNumber("EINVAL")
    if (this.#values.length === this.attributes.maxEntries) {
      if (flags !== BPF_EXIST) return -errnoNumber("E2BIG")
      this.#values.shift()
    }
    this.#values.push(this.memory.read(value, this.attributes.valueSize))
    return 0
  }

  pop(value: number): number {
    const result = this.peek(value)
    if (result === 0) this.#values.splice(this.#next, 1)
    return result
  }

  /** An empty map gives zeros with ENOENT. */
  peek(value: number): number {
    const next = this.#values[this.#next]
    this.memory.write(value, next ?? new Uint8Array(this.attributes.valueSize))
    return next ? 0 : -errnoNumber("ENOENT")
  }

  override get(_key: Uint8Array): Uint8Array | undefined {
    return this.#read(address => this.peek(address))
  }

  override take(_key: Uint8Array): Uint8Array | undefined {
    return this.#read(address => this.pop(address))
  }

  override set(_key: Uint8Array, value: Uint8Array, flags: bigint): void {
    this.checkValue(value)
    this.memory.write(this.#buffer, value)
    const result = this.push(this.#buffer, flags)
    if (result < 0) throw this.failNumber(result, "push")
  }

  override remove(_key: Uint8Array): boolean {
    throw this.fail("EINVAL", "it has no keys to delete", "take values out of it")
  }

  nextKey(_key: Uint8Array | undefined): Uint8Array | undefined {
    throw this.fail("EINVAL", "it has no keys")
  }

  override close(): void {
    this.memory.free(this.#buffer)
    super.close()
  }

  get #next(): number {
    return this.#isStack ? Math.max(this.#values.length - 1, 0) : 0
  }

  #read(action: (address: number) => number): Uint8Array | undefined {
    return action(this.#buffer) === 0 ? this.memory.read(this.#buffer, this.attributes.valueSize) : undefined
  }
}
