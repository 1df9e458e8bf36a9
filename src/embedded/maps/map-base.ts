import { alignUp, type Errno, errnoName, errnoNumber, MapError } from "../../base/index.ts"
import { clearFields, copyValue } from "../fields/index.ts"
import type { KernelMemory } from "../memory/index.ts"
import { BPF_EXIST, BPF_NOEXIST } from "./flags.ts"
import type { MapAttributes, MapElements, MapHost, MapRecords, MapStorage } from "./map-storage.ts"
import type { NativeMap } from "./native/index.ts"

export { BPF_EXIST, BPF_NOEXIST } from "./flags.ts"

/** Bytes that stand for `struct bpf_map`: programs only hold its address. */
const MAP_OBJECT = 64

/**
 * What all maps share: their place in kernel memory, and the user side built on the program side. A subclass says
 * how keys find values; `copies` is the number of values under one key (one, or one a CPU).
 */
export abstract class MapBase implements MapStorage {
  readonly id: number
  readonly attributes: MapAttributes
  readonly address: number
  readonly records?: MapRecords
  readonly elements?: MapElements
  frozen = false
  protected readonly host: MapHost
  protected readonly copies: number
  readonly #scratch: number

  constructor(host: MapHost, id: number, attributes: MapAttributes, copies = 1) {
    this.host = host
    this.id = id
    this.attributes = attributes
    this.copies = copies
    this.address = host.memory.alloc(MAP_OBJECT)
    this.#scratch = host.memory.alloc(attributes.keySize + this.stride + 16)
  }

  get native(): NativeMap | undefined {
    return undefined
  }

  abstract lookup(key: number): number
  abstract update(key: number, value: number, flags: bigint): number
  abstract delete(key: number): number
  abstract nextKey(key: Uint8Array | undefined): Uint8Array | undefined

  /** The address of the first copy of a value, for the user side. */
  protected abstract find(key: number): number
  /** Makes room under a key and gives the first copy's address, or −errno. */
  protected abstract claim(key: number, flags: bigint): number

  valueOf(key: number, cpu: number): number {
    const first = this.find(key)
    if (first === 0 || this.copies === 1) return first
    return cpu < this.copies ? first + cpu * this.stride : 0
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const address = this.find(this.putKey(key))
    if (address === 0) return undefined
    const { valueSize, layout } = this.attributes
    const bytes = this.memory.read(address, this.copies === 1 ? valueSize : this.stride * this.copies)
    for (let copy = 0; layout && copy < this.copies; copy++) clearFields(bytes, layout, copy * this.stride)
    return bytes
  }

  set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    this.checkValue(value)
    const address = this.claim(this.putKey(key), flags)
    if (address < 0) throw this.failNumber(address, "update")
    this.replaceValue(address, value)
  }

  keyOf(value: number): Uint8Array | undefined {
    const end = this.stride * this.copies
    for (let key = this.nextKey(undefined); key; key = this.nextKey(key)) {
      const first = this.find(this.putKey(key))
      if (first !== 0 && value >= first && value < first + end) return key
    }
    return undefined
  }

  remove(key: Uint8Array): boolean {
    const result = this.delete(this.putKey(key))
    if (result === -errnoNumber("ENOENT")) return false
    if (result < 0) throw this.failNumber(result, "delete")
    return true
  }

  /** Reads an element and removes it. */
  take(key: Uint8Array): Uint8Array | undefined {
    const value = this.get(key)
    if (value) this.remove(key)
    return value
  }

  has(_value: Uint8Array): boolean {
    throw this.fail("EINVAL", "it is not asked for values: only bloom filters are")
  }

  forgetOwner(_owner: number): void {}

  valueAddress(_offset: number): number {
    throw this.fail("EOPNOTSUPP", "it has no value that can be addressed directly: only arrays have")
  }

  window(_size: number): Uint8Array {
    throw this.fail("EINVAL", "it has no memory to look into: only arrays have")
  }

  close(): void {
    this.memory.free(this.#scratch)
    this.memory.free(this.address)
  }

  /** Copies one value; what special fields of the destination hold stays. */
  protected copyValue(to: number, from: number): void {
    copyValue(this.memory, this.attributes.layout, this.attributes.valueSize, to, from)
  }

  /** Frees what the special fields of a value's copies hold: before it goes, and when it is replaced. */
  protected releaseValue(address: number, copies = this.copies): void {
    const { layout } = this.attributes
    if (!layout) return
    for (let copy = 0; copy < copies; copy++) this.host.fields.release(layout, address + copy * this.stride)
  }

  protected get memory(): KernelMemory {
    return this.host.memory
  }

  /** Bytes from one copy of a value to the next. */
  protected get stride(): number {
    return alignUp(Math.max(this.attributes.valueSize, 1), 8)
  }

  protected fail(errno: Errno, rule: string, hint?: string): MapError {
    return new MapError(
      `map '${this.attributes.name}': ${rule} (${errno})`,
      hint ? { errno, hint } : { errno },
    )
  }

  /** Throws MapError EINVAL for a value of user space that has another size: all copies come in one. */
  protected checkValue(value: Uint8Array): void {
    const wanted = this.copies === 1 ? this.attributes.valueSize : this.stride * this.copies
    if (value.length !== wanted) throw this.fail("EINVAL", `a value has ${wanted} bytes, not ${value.length}`)
  }

  protected failNumber(result: number, action: string): MapError {
    switch (-result) {
      case errnoNumber("EEXIST"):
        return this.fail("EEXIST", `${action}: the key is there already`)
      case errnoNumber("ENOENT"):
        return this.fail("ENOENT", `${action}: there is no such key`)
      case errnoNumber("E2BIG"):
        return this.fail("E2BIG", `${action}: the map holds ${this.attributes.maxEntries} entries at most`)
      case errnoNumber("ENOMEM"):
        return this.fail("ENOMEM", `${action}: there is no free entry`)
      default:
        return this.fail(errnoName(-result) ?? "EINVAL", `${action}: this type of map refuses it`)
    }
  }

  /** Writes all copies of a value; special fields of the old one let go of what they hold, and are not written. */
  protected replaceValue(address: number, value: Uint8Array): void {
    if (!this.attributes.layout) {
      this.memory.write(address, value)
      return
    }
    this.releaseValue(address)
    const from = this.memory.alloc(value.length)
    this.memory.write(from, value)
    for (let offset = 0; offset < value.length; offset += this.stride)
      this.copyValue(address + offset, from + offset)
    this.memory.free(from)
  }

  /** Puts a key of user space where the program side finds it. */
  protected putKey(key: Uint8Array): number {
    if (key.length !== this.attributes.keySize)
      throw this.fail("EINVAL", `a key has ${this.attributes.keySize} bytes, not ${key.length}`)
    this.memory.write(this.#scratch, key)
    return this.#scratch
  }
}

/** −errno if `flags` cannot be given to an update of a key that exists or not, else 0 (map flags are 0, 1 and 2). */
export function refusedUpdate(flags: bigint, exists: boolean): number {
  if (flags > BPF_EXIST) return -errnoNumber("EINVAL")
  if (flags === BPF_NOEXIST && exists) return -errnoNumber("EEXIST")
  if (flags === BPF_EXIST && !exists) return -errnoNumber("ENOENT")
  return 0
}
