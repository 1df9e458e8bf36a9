import { alignUp, errnoNumber } from "../../base/index.ts"
import { MapBase, refusedUpdate } from "./map-base.ts"

interface Entry {
  readonly key: Uint8Array
  /** The first copy of the value. */
  readonly address: number
}

/** hash and percpu_hash. Walking goes in the order of insertion; Linux's order depends on a random seed. */
export class HashMap extends MapBase {
  protected readonly entries = new Map<string, Entry>()
  /** Where the last `nextKey` stopped, so that walking all keys does not search for each. */
  #cursor: { readonly at: string; readonly entries: IterableIterator<Entry> } | undefined

  lookup(key: number): number {
    const entry = this.entries.get(this.keyAt(key))
    return entry ? this.#own(entry.address) : 0
  }

  update(key: number, value: number, flags: bigint): number {
    const isNew = !this.entries.has(this.keyAt(key))
    const address = this.claim(key, flags)
    if (address < 0) return address
    // A new per-CPU entry starts at zero for the other CPUs.
    if (isNew && this.copies > 1) this.memory.bytes.fill(0, address, address + this.stride * this.copies)
    this.copyValue(this.#own(address), value)
    if (!isNew) this.releaseValue(this.#own(address), 1)
    return 0
  }

  delete(key: number): number {
    return this.drop(this.keyAt(key)) ? 0 : -errnoNumber("ENOENT")
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const text = key && latin1(key)
    let entries = this.#cursor?.entries
    if (text === undefined || !this.entries.has(text)) entries = this.entries.values()
    else if (!entries || this.#cursor?.at !== text) {
      entries = this.entries.values()
      for (const entry of entries) if (latin1(entry.key) === text) break
    }
    const next = entries.next().value?.key
    this.#cursor = next && { at: latin1(next), entries }
    return next
  }

  override keyOf(value: number): Uint8Array | undefined {
    const at = value - this.#keyRoom
    return this.memory.isKernel(at, this.#keyRoom) && this.find(at) === value
      ? this.memory.read(at, this.attributes.keySize)
      : undefined
  }

  override close(): void {
    for (const entry of this.entries.values()) {
      this.releaseValue(entry.address)
      this.memory.free(entry.address - this.#keyRoom)
    }
    this.entries.clear()
    super.close()
  }

  protected find(key: number): number {
    return this.entries.get(this.keyAt(key))?.address ?? 0
  }

  protected claim(key: number, flags: bigint): number {
    const text = this.keyAt(key)
    const existing = this.entries.get(text)
    const refused = refusedUpdate(flags, existing !== undefined)
    if (refused !== 0) return refused
    if (existing) return existing.address
    if (this.entries.size >= this.attributes.maxEntries) return -errnoNumber("E2BIG")
    const bytes = this.memory.read(key, this.attributes.keySize)
    const address = this.memory.alloc(this.#keyRoom + this.stride * this.copies) + this.#keyRoom
    this.memory.write(address - this.#keyRoom, bytes)
    this.entries.set(text, { key: bytes, address })
    return address
  }

  protected drop(text: string): boolean {
    const entry = this.entries.get(text)
    if (!entry) return false
    this.releaseValue(entry.address)
    this.memory.free(entry.address - this.#keyRoom)
    return this.entries.delete(text)
  }

  protected keyAt(address: number): string {
    return latin1(this.memory.bytes.subarray(address, address + this.attributes.keySize))
  }

  /** As in Linux the key stands in front of its value. */
  get #keyRoom(): number {
    return alignUp(this.attributes.keySize, 8)
  }

  #own(address: number): number {
    return this.copies === 1 ? address : address + this.host.cpu() * this.stride
  }
}

/** Bytes as a string that is equal exactly when they are. */
function latin1(bytes: Uint8Array): string {
  let text = ""
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
