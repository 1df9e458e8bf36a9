import { errnoNumber } from "../../../base/index.ts"
import { BPF_ANY } from "../flags.ts"
import type { MapAttributes, MapElements, MapHost } from "../map-storage.ts"
import { UnkeyedMap } from "../unkeyed-map.ts"

/** Hash functions when map_extra does not say. */
const DEFAULT_HASHES = 5
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/**
 * bloom_filter: says of a value that it was never put in, or that it may have been. As many bits and hash functions as
 * Linux takes, but other functions: which values are taken for others differs, as it does on Linux from seed to seed.
 */
export class BloomFilter extends UnkeyedMap implements MapElements {
  protected readonly refusals = { update: "EINVAL", delete: "EOPNOTSUPP" } as const
  override readonly elements: MapElements = this
  readonly #bits: Uint32Array
  readonly #hashes: number

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes)
    this.#hashes = Number(attributes.extra & 0xfn) || DEFAULT_HASHES
    this.#bits = new Uint32Array(bitsFor(attributes.maxEntries, this.#hashes) / 32)
  }

  push(value: number, flags: bigint): number {
    if (flags !== BPF_ANY) return -errnoNumber("EINVAL")
    this.#add(this.memory.read(value, this.attributes.valueSize))
    return 0
  }

  pop(_value: number): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  peek(value: number): number {
    return this.has(this.memory.read(value, this.attributes.valueSize)) ? 0 : -errnoNumber("ENOENT")
  }

  override has(value: Uint8Array): boolean {
    this.checkValue(value)
    for (let seed = 0; seed < this.#hashes; seed++) {
      const bit = this.#bitOf(value, seed)
      if (((this.#bits[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }

  override get(_key: Uint8Array): Uint8Array | undefined {
    throw this.fail("EINVAL", "it gives no values, it is asked for one")
  }

  override set(_key: Uint8Array, value: Uint8Array, flags: bigint): void {
    this.checkValue(value)
    if (flags !== BPF_ANY) throw this.fail("EINVAL", "a bloom filter takes no update flags")
    this.#add(value)
  }

  override remove(_key: Uint8Array): boolean {
    throw this.fail("EOPNOTSUPP", "nothing can be deleted from a bloom filter")
  }

  nextKey(_key: Uint8Array | undefined): Uint8Array | undefined {
    throw this.fail("EOPNOTSUPP", "it has no keys")
  }

  #add(value: Uint8Array): void {
    for (let seed = 0; seed < this.#hashes; seed++) {
      const bit = this.#bitOf(value, seed)
      this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] as number) | (1 << (bit & 31))
    }
  }

  /** FNV-1a, with the bits mixed once more so that the low ones depend on all of them. */
  #bitOf(value: Uint8Array, seed: number): number {
    let hash = FNV_OFFSET ^ Math.imul(seed + 1, 0x9e3779b1)
    for (const byte of value) hash = Math.imul(hash ^ byte, FNV_PRIME)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    return ((hash ^ (hash >>> 13)) >>> 0) % (this.#bits.length * 32)
  }
}

/** The best number of bits is entries · hashes / ln 2; Linux takes 7/5 for 1/ln 2 and the next power of two. */
function bitsFor(entries: number, hashes: number): number {
  const wanted = Math.floor((entries * hashes) / 5) * 7
  if (wanted <= 64) return 64
  return 2 ** Math.min(Math.ceil(Math.log2(wanted)), 32)
}
