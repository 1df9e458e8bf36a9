import { errnoNumber } from "../../base/index.ts"
import { BPF_EXIST, MapBase } from "./map-base.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"
import { HashTable, type NativeFunctions, type NativeHash, nativeMaps } from "./native/index.ts"

/**
 * hash and percpu_hash; the elements and the operations on them are WebAssembly. Walking goes in the order of insertion;
 * Linux's order depends on a random seed. `evicts` is for LRU maps: entries that a shortage makes room for.
 */
export class HashMap extends MapBase {
  override readonly native: NativeHash
  readonly #table: HashTable
  readonly #functions: NativeFunctions

  constructor(host: MapHost, id: number, attributes: MapAttributes, copies: number, evicts?: number) {
    super(host, id, attributes, copies)
    const { keySize, valueSize, maxEntries } = attributes
    const { stride } = this
    this.#functions = nativeMaps(host.memory).functions
    this.#table = new HashTable(host.memory, { keySize, valueSize, maxEntries, stride, copies, evicts })
    const { lookup, lookup4, lookup8, update, remove } = this.#functions
    this.native = {
      kind: "hash",
      header: this.#table.header,
      lookup: keySize === 8 ? lookup8 : keySize === 4 ? lookup4 : lookup,
      update,
      remove,
    }
  }

  lookup(key: number): number {
    return this.native.lookup(this.native.header, key)
  }

  update(key: number, value: number, flags: bigint): number {
    if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
    return this.native.update(this.native.header, key, value, Number(flags))
  }

  delete(key: number): number {
    return this.native.remove(this.native.header, key)
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const next = this.#functions.next(this.native.header, key ? this.putKey(key) : 0)
    return next === 0 ? undefined : this.memory.read(next, this.attributes.keySize)
  }

  override close(): void {
    this.#table.close()
    super.close()
  }

  protected find(key: number): number {
    return this.#functions.peek(this.native.header, key)
  }

  protected claim(key: number, flags: bigint): number {
    if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
    return this.#functions.claim(this.native.header, key, Number(flags))
  }
}
