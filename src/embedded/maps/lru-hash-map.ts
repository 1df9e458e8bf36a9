import { HashMap } from "./hash-map.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"

/** Before, a CPU takes 128 entries into stock at once, and so empties small maps. Seen in 6.12.117, not in 6.1.192. */
const SMALL_STOCK_SINCE = "6.12"
const LARGE_STOCK = 128

/** lru_hash and lru_percpu_hash: `native/assembly/lru.ts` says who goes when one is full. */
export class LruHashMap extends HashMap {
  constructor(host: MapHost, id: number, attributes: MapAttributes, copies: number) {
    super(host, id, attributes, copies, stockOf(host, attributes.maxEntries))
  }
}

/** Entries that a CPU takes into stock, and evicts for, when it has none. */
function stockOf(host: MapHost, maxEntries: number): number {
  if (!host.since(SMALL_STOCK_SINCE)) return LARGE_STOCK
  const share = Math.floor(maxEntries / host.cpus / 2)
  return Math.min(Math.max(share, 1), LARGE_STOCK)
}
