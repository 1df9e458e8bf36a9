import { errnoNumber } from "../../base/index.ts"
import { BPF_EXIST, MapBase } from "./map-base.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"
import { type HashFunctions, HashTable, type NativeHash, nativeMaps } from "./native/index.ts"

const nothing = (): number => 0
const noEntry = (): number => -errnoNumber("ENOENT")
/** The operations of a map whose memory is gone. */
const CLOSED: HashFunctions = {
  ...{
    lookup: nothing,
    lookup4: nothing,
    lookup8: nothing,
    lookupPlain4: nothing,
    lookupPlain8: nothing,
    peek: nothing,
    next: nothing,
  },
  ...{ claim: noEntry, update: noEntry, remove: noEntry },
}

/**
 * hash and percpu_hash; the elements and the operations on them are WebAssembly. Walking goes in the order of insertion;
 * Linux's order depends on a random seed. `evicts` is for LRU maps: entries that a shortage makes room for.
 */
export class HashMap extends MapBase {
  readonly #table: HashTable
  #functions: HashFunctions
  readonly #evicts: number | undefined

  constructor(host: MapHost, id: number, attributes: MapAttributes, copies: number, evicts?: number) {
    super(host, id, attributes, copies)
    const { keySize, valueSize, maxEntries } = attributes
    const { stride } = this
    this.#evicts = evicts
    this.#functions = nativeMaps(host.memory).functions
    this.#table = new HashTable(host.memory, { keySize, valueSize, maxEntries, stride, copies, evicts })
    if (attributes.layout) this.#table.onRelease(value => this.releaseValue(value))
  }

  override get native(): NativeHash | undefined {
    const isOwn = (name: "lookup" | "update" | "delete"): boolean => this[name] === HashMap.prototype[name]
    // What has another lookup does more than to look a value up.
    if (!isOwn("lookup")) return undefined
    const { update, remove } = this.#functions
    return {
      kind: "hash",
      header: this.#table.header,
      lookup: this.#nativeLookup(),
      // An update leaves out what special fields hold.
      ...(isOwn("update") && !this.attributes.layout ? { update } : {}),
      ...(isOwn("delete") ? { remove } : {}),
    }
  }

  #nativeLookup(): NativeHash["lookup"] {
    const functions = this.#functions
    const isPlain = this.#evicts === undefined && this.copies === 1
    switch (this.attributes.keySize) {
      case 4:
        return isPlain ? functions.lookupPlain4 : functions.lookup4
      case 8:
        return isPlain ? functions.lookupPlain8 : functions.lookup8
      default:
        return functions.lookup
    }
  }

  lookup(key: number): number {
    return this.#functions.lookup(this.#table.header, key)
  }

  update(key: number, value: number, flags: bigint): number {
    if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
    if (this.attributes.layout) return this.#updateFields(key, value, flags)
    return this.#functions.update(this.#table.header, key, value, Number(flags))
  }

  delete(key: number): number {
    return this.#functions.remove(this.#table.header, key)
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const next = this.#functions.next(this.#table.header, key ? this.putKey(key) : 0)
    return next === 0 ? undefined : this.memory.read(next, this.attributes.keySize)
  }

  override close(): void {
    for (let key = this.nextKey(undefined); key && this.attributes.layout; key = this.nextKey(key))
      this.releaseValue(this.find(this.putKey(key)))
    this.#table.close()
    this.#functions = CLOSED
    super.close()
  }

  protected find(key: number): number {
    return this.#functions.peek(this.#table.header, key)
  }

  protected claim(key: number, flags: bigint): number {
    if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
    return this.#functions.claim(this.#table.header, key, Number(flags))
  }

  /** A value that was claimed for a new key is zero, and nothing of it is released. */
  #updateFields(key: number, value: number, flags: bigint): number {
    const first = this.claim(key, flags)
    if (first < 0) return first
    const own = this.copies === 1 ? first : first + this.host.cpu() * this.stride
    this.copyValue(own, value)
    this.releaseValue(own, 1)
    return 0
  }
}
