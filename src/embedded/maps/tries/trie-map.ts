import { errnoNumber } from "../../../base/index.ts"
import { BPF_EXIST } from "../flags.ts"
import { MapBase, refusedUpdate } from "../map-base.ts"

/** The prefix length in front of a key's data. */
const LENGTH_BYTES = 4

interface Entry {
  readonly prefix: number
  /** As it was given, bits behind the prefix included. */
  readonly key: Uint8Array
  readonly address: number
}

/**
 * lpm_trie: keys are prefixes, and a lookup finds the longest one that its key begins with. Walking goes as in Linux:
 * from more to less specific prefixes, zeros before ones.
 */
export class TrieMap extends MapBase {
  /** In walking order. */
  readonly #entries: Entry[] = []

  lookup(key: number): number {
    return this.find(key)
  }

  update(key: number, value: number, flags: bigint): number {
    const address = this.claim(key, flags)
    if (address < 0) return address
    this.memory.bytes.copyWithin(address, value, value + this.attributes.valueSize)
    return 0
  }

  delete(key: number): number {
    const bytes = this.memory.read(key, this.attributes.keySize)
    if (prefixOf(bytes) > this.#longest) return -errnoNumber("EINVAL")
    const { index, isThere } = this.#place(bytes)
    if (!isThere) return -errnoNumber("ENOENT")
    const [gone] = this.#entries.splice(index, 1)
    if (gone) this.memory.free(gone.address)
    return 0
  }

  /** A key that is not there is followed by the first. */
  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    if (!key || prefixOf(key) > this.#longest) return this.#entries[0]?.key
    const { index, isThere } = this.#place(key)
    return this.#entries[isThere ? index + 1 : 0]?.key
  }

  override close(): void {
    for (const { address } of this.#entries.splice(0)) this.memory.free(address)
    super.close()
  }

  /** Prefixes of the key stand behind each other in walking order, the longest first. */
  protected find(key: number): number {
    const bytes = this.memory.read(key, this.attributes.keySize)
    const prefix = prefixOf(bytes)
    if (prefix > this.#longest) return 0
    return (
      this.#entries.find(entry => entry.prefix <= prefix && commonBits(entry.key, bytes) >= entry.prefix)
        ?.address ?? 0
    )
  }

  protected claim(key: number, flags: bigint): number {
    const bytes = this.memory.read(key, this.attributes.keySize)
    if (flags > BPF_EXIST || prefixOf(bytes) > this.#longest) return -errnoNumber("EINVAL")
    const { index, isThere } = this.#place(bytes)
    const refused = refusedUpdate(flags, isThere)
    if (refused !== 0) return refused
    if (!isThere && this.#entries.length >= this.attributes.maxEntries) return -errnoNumber("ENOSPC")
    // Linux puts a new node in the place of the old one; a program that still holds the old value sees the new here.
    const address = isThere ? (this.#entries[index] as Entry).address : this.memory.alloc(this.stride)
    this.#entries.splice(index, isThere ? 1 : 0, { prefix: prefixOf(bytes), key: bytes, address })
    return address
  }

  protected override failNumber(result: number, action: string): ReturnType<MapBase["fail"]> {
    if (result === -errnoNumber("ENOSPC"))
      return this.fail("ENOSPC", `${action}: the trie holds ${this.attributes.maxEntries} prefixes at most`)
    return super.failNumber(result, action)
  }

  get #longest(): number {
    return (this.attributes.keySize - LENGTH_BYTES) * 8
  }

  /** Where a prefix stands, or would stand. */
  #place(key: Uint8Array): { readonly index: number; readonly isThere: boolean } {
    let [low, high] = [0, this.#entries.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const order = compareKeys((this.#entries[middle] as Entry).key, key)
      if (order === 0) return { index: middle, isThere: true }
      if (order < 0) low = middle + 1
      else high = middle
    }
    return { index: low, isThere: false }
  }
}

function prefixOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(0, true)
}

function bitAt(key: Uint8Array, bit: number): number {
  return ((key[LENGTH_BYTES + (bit >> 3)] as number) >> (7 - (bit & 7))) & 1
}

/** How many bits of data two keys begin with alike. */
function commonBits(a: Uint8Array, b: Uint8Array): number {
  for (let at = LENGTH_BYTES; at < a.length; at++) {
    const difference = (a[at] as number) ^ (b[at] as number)
    if (difference !== 0) return (at - LENGTH_BYTES) * 8 + Math.clz32(difference) - 24
  }
  return (a.length - LENGTH_BYTES) * 8
}

/** Walking order; 0 for the same prefix. */
function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const [short, common] = [Math.min(prefixOf(a), prefixOf(b)), commonBits(a, b)]
  if (common >= short) return prefixOf(b) - prefixOf(a)
  return bitAt(a, common) - bitAt(b, common)
}
