import { errnoNumber } from "../../base/index.ts"
import { HashMap } from "./hash-map.ts"
import { LruLists } from "./lru-lists.ts"
import { BPF_EXIST } from "./map-base.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"

/** Before, a CPU takes 128 entries into stock at once, and so empties small maps. Seen in 6.12.117, not in 6.1.192. */
const SMALL_STOCK_SINCE = "6.12"
const LARGE_STOCK = 128

/**
 * lru_hash and lru_percpu_hash. An update takes a free entry first, even for a key that is there and one that is
 * refused: an update of a full map always evicts.
 */
export class LruHashMap extends HashMap {
  readonly #lists: LruLists

  constructor(host: MapHost, id: number, attributes: MapAttributes, copies: number) {
    super(host, id, attributes, copies)
    const share = Math.floor(attributes.maxEntries / host.cpus / 2)
    const batch = host.since(SMALL_STOCK_SINCE) ? share : LARGE_STOCK
    this.#lists = new LruLists(attributes.maxEntries, batch, text => super.drop(text))
  }

  /** Only programs' lookups count as use. */
  override lookup(key: number): number {
    const address = super.lookup(key)
    if (address !== 0) this.#lists.use(this.keyAt(key))
    return address
  }

  protected override claim(key: number, flags: bigint): number {
    if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
    // Per-CPU values stay where they are, so an update that makes nothing new needs no entry.
    const needsEntry = this.copies === 1 || flags !== BPF_EXIST
    if (needsEntry && !this.#lists.take()) return -errnoNumber("ENOMEM")
    const text = this.keyAt(key)
    const isKnown = this.entries.has(text)
    const address = super.claim(key, flags)
    if (address < 0 || (isKnown && this.copies > 1)) {
      if (needsEntry) this.#lists.giveBack()
      if (address >= 0) this.#lists.use(text)
      return address
    }
    if (isKnown) this.#lists.remove(text)
    this.#lists.add(text)
    if (isKnown) this.#lists.use(text)
    return address
  }

  protected override drop(text: string): boolean {
    this.#lists.remove(text)
    return super.drop(text)
  }
}
