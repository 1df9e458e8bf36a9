import type { DeviceEntry } from "./redirect.ts"

export interface StoredDevice extends DeviceEntry {
  readonly key: number
  /** Where a `struct bpf_devmap_val` stands for programs that look it up. */
  readonly value: number
}

/** Elements of a device map, in the order in which a redirect to all of them visits them. */
export interface DeviceTable {
  get(key: number): StoredDevice | undefined
  put(entry: StoredDevice): void
  remove(key: number): void
  all(): readonly StoredDevice[]
}

export class IndexedDevices implements DeviceTable {
  readonly #entries = new Map<number, StoredDevice>()

  get(key: number): StoredDevice | undefined {
    return this.#entries.get(key)
  }

  put(entry: StoredDevice): void {
    this.#entries.set(entry.key, entry)
  }

  remove(key: number): void {
    this.#entries.delete(key)
  }

  all(): readonly StoredDevice[] {
    return [...this.#entries.values()].sort((a, b) => a.key - b.key)
  }
}

/** Buckets as Linux has them: by the key's lowest bits, the youngest first. */
export class HashedDevices implements DeviceTable {
  readonly #buckets = new Map<number, StoredDevice[]>()
  readonly #mask: number

  constructor(maxEntries: number) {
    this.#mask = 2 ** Math.ceil(Math.log2(maxEntries)) - 1
  }

  get(key: number): StoredDevice | undefined {
    return this.#bucket(key).find(entry => entry.key === key)
  }

  put(entry: StoredDevice): void {
    this.remove(entry.key)
    this.#buckets.set(this.#number(entry.key), [entry, ...this.#bucket(entry.key)])
  }

  remove(key: number): void {
    const rest = this.#bucket(key).filter(entry => entry.key !== key)
    if (rest.length > 0) this.#buckets.set(this.#number(key), rest)
    else this.#buckets.delete(this.#number(key))
  }

  all(): readonly StoredDevice[] {
    return [...this.#buckets.entries()].sort(([a], [b]) => a - b).flatMap(([, bucket]) => bucket)
  }

  #bucket(key: number): readonly StoredDevice[] {
    return this.#buckets.get(this.#number(key)) ?? []
  }

  #number(key: number): number {
    return (key & this.#mask) >>> 0
  }
}
