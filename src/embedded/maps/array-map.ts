import { errnoNumber } from "../../base/index.ts"
import { nextIndex } from "./index-keys.ts"
import { BPF_EXIST, BPF_NOEXIST, MapBase } from "./map-base.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"
import type { NativeArray } from "./native/index.ts"

/** array and percpu_array: values lie one after the other, a CPU's together, and exist from the beginning. */
export class ArrayMap extends MapBase {
  readonly #values: number

  constructor(host: MapHost, id: number, attributes: MapAttributes, copies = 1) {
    super(host, id, attributes, copies)
    this.#values = host.memory.alloc(attributes.maxEntries * this.stride * copies)
  }

  override get native(): NativeArray | undefined {
    // What has another lookup does more than to look a value up.
    if (this.lookup !== ArrayMap.prototype.lookup) return undefined
    return {
      kind: "array",
      base: this.#values,
      entries: this.attributes.maxEntries,
      stride: this.stride * this.copies,
      cpuStride: this.copies === 1 ? 0 : this.stride,
    }
  }

  lookup(key: number): number {
    const first = this.find(key)
    return first === 0 || this.copies === 1 ? first : first + this.host.cpu() * this.stride
  }

  update(key: number, value: number, flags: bigint): number {
    const first = this.claim(key, flags)
    if (first < 0) return first
    const target = this.copies === 1 ? first : first + this.host.cpu() * this.stride
    this.copyValue(target, value)
    this.releaseValue(target, 1)
    return 0
  }

  delete(_key: number): number {
    return -errnoNumber("EINVAL")
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    return nextIndex(key, this.attributes.maxEntries)
  }

  override valueAddress(offset: number): number {
    if (this.copies === 1 && this.attributes.maxEntries === 1 && offset <= this.attributes.valueSize)
      return this.#values + offset
    return super.valueAddress(offset)
  }

  override window(size: number): Uint8Array {
    return this.memory.bytes.subarray(this.#values, this.#values + size)
  }

  override close(): void {
    const { layout, maxEntries } = this.attributes
    for (let index = 0; layout && index < maxEntries; index++)
      this.releaseValue(this.#values + index * this.stride * this.copies)
    this.memory.free(this.#values)
    super.close()
  }

  protected find(key: number): number {
    const index = this.memory.view.getUint32(key, true)
    return index < this.attributes.maxEntries ? this.#values + index * this.stride * this.copies : 0
  }

  protected claim(key: number, flags: bigint): number {
    if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
    const address = this.find(key)
    if (address === 0) return -errnoNumber("E2BIG")
    return flags === BPF_NOEXIST ? -errnoNumber("EEXIST") : address
  }
}
