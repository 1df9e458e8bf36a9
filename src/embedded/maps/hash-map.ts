import { errnoNumber } from "../../base/index.ts"
import { MapBase, refusedUpdate } from "./map-base.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"

interface Entry {
  readonly key: Uint8Array
  /** The first copy of the value. */
  readonly address: number
}

export interface HashOptions {
  /** One value, or one a CPU. */
  readonly copies: number
  /**
   * A full map makes room by dropping the key that was not used for longest. Linux approximates this order with
   * lists per CPU, so which key it drops may differ; that one is dropped, and never the newest, holds on both.
   */
  readonly evict: boolean
}

/** hash, percpu_hash, lru_hash and lru_percpu_hash. Entries keep their order of use for the LRU kinds. */
export class HashMap extends MapBase {
  readonly #entries = new Map<string, Entry>()
  readonly #evict: boolean

  constructor(host: MapHost, id: number, attributes: MapAttributes, options: HashOptions) {
    super(host, id, attributes, options.copies)
    this.#evict = options.evict
  }

  lookup(key: number): number {
    const text = this.#keyAt(key)
    const entry = this.#entries.get(text)
    if (!entry) return 0
    if (this.#evict) this.#touch(text, entry)
    return this.#own(entry.address)
  }

  update(key: number, value: number, flags: bigint): number {
    const isNew = !this.#entries.has(this.#keyAt(key))
    const address = this.claim(key, flags)
    if (address < 0) return address
    // A new per-CPU entry starts at zero for the other CPUs.
    if (isNew && this.copies > 1) this.memory.bytes.fill(0, address, address + this.stride * this.copies)
    this.memory.bytes.copyWithin(this.#own(address), value, value + this.attributes.valueSize)
    return 0
  }

  delete(key: number): number {
    return this.#drop(this.#keyAt(key)) ? 0 : -errnoNumber("ENOENT")
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const keys = this.#entries.values()
    if (key === undefined || !this.#entries.has(latin1(key))) return keys.next().value?.key
    const text = latin1(key)
    for (const entry of keys) if (latin1(entry.key) === text) return keys.next().value?.key
    return undefined
  }

  override close(): void {
    for (const entry of this.#entries.values()) this.memory.free(entry.address)
    this.#entries.clear()
    super.close()
  }

  protected find(key: number): number {
    return this.#entries.get(this.#keyAt(key))?.address ?? 0
  }

  protected claim(key: number, flags: bigint): number {
    const text = this.#keyAt(key)
    const existing = this.#entries.get(text)
    const refused = refusedUpdate(flags, existing !== undefined)
    if (refused !== 0) return refused
    if (existing) {
      if (this.#evict) this.#touch(text, existing)
      return existing.address
    }
    if (this.#entries.size >= this.attributes.maxEntries) {
      if (!this.#evict) return -errnoNumber("E2BIG")
      this.#drop(this.#entries.keys().next().value as string)
    }
    const address = this.memory.alloc(this.stride * this.copies)
    this.#entries.set(text, { key: this.memory.read(key, this.attributes.keySize), address })
    return address
  }

  #own(address: number): number {
    return this.copies === 1 ? address : address + this.host.cpu() * this.stride
  }

  #touch(text: string, entry: Entry): void {
    this.#entries.delete(text)
    this.#entries.set(text, entry)
  }

  #drop(text: string): boolean {
    const entry = this.#entries.get(text)
    if (!entry) return false
    this.memory.free(entry.address)
    return this.#entries.delete(text)
  }

  #keyAt(address: number): string {
    return latin1(this.memory.bytes.subarray(address, address + this.attributes.keySize))
  }
}

/** Bytes as a string that is equal exactly when they are. */
function latin1(bytes: Uint8Array): string {
  let text = ""
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
