import { type Errno, errnoNumber } from "../../../base/index.ts"
import { BPF_EXIST, BPF_NOEXIST } from "../flags.ts"
import { nextIndex, numberAt } from "../index-keys.ts"
import { MapBase } from "../map-base.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"
import { type DeviceTable, HashedDevices, IndexedDevices, type StoredDevice } from "./device-table.ts"

/** devmap and devmap_hash: network interfaces to send frames out of, each with a program of its own if values have 8 bytes. */
export class DeviceMap extends MapBase {
  readonly #table: DeviceTable
  readonly #isHash: boolean

  constructor(host: MapHost, id: number, attributes: MapAttributes, kind: "index" | "hash") {
    super(host, id, attributes)
    this.#isHash = kind === "hash"
    this.#table = this.#isHash ? new HashedDevices(attributes.maxEntries) : new IndexedDevices()
  }

  /** The element that a redirect names; undefined where none is. */
  entry(key: number): StoredDevice | undefined {
    return this.#live(this.#table.get(key))
  }

  /** All elements, as a redirect to all of them visits them. */
  all(): readonly StoredDevice[] {
    return this.#table.all().filter(entry => this.#live(entry) !== undefined)
  }

  override get(key: Uint8Array): Uint8Array | undefined {
    const entry = this.entry(numberAt(key))
    return entry && this.memory.read(entry.value, this.attributes.valueSize)
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    this.checkValue(value)
    const [index, device] = [numberAt(key), numberAt(value)]
    const program = value.length === 8 ? new DataView(value.buffer, value.byteOffset).getInt32(4, true) : 0
    const refusal = this.#refusal(index, device, flags)
    if (refusal) throw this.fail(refusal, `update of element ${index}`)
    if (device === 0) {
      if (program > 0) throw this.fail("EINVAL", "update: a program goes with an interface, and 0 is none")
      this.#drop(index)
      return
    }
    const entry = this.#newEntry(index, device, program)
    if (this.#isHash && !this.entry(index) && this.all().length >= this.attributes.maxEntries) {
      this.memory.free(entry.value)
      throw this.failNumber(-errnoNumber("E2BIG"), "update")
    }
    this.#drop(index)
    this.#table.put(entry)
  }

  override remove(key: Uint8Array): boolean {
    const index = numberAt(key)
    if (!this.#isHash && index >= this.attributes.maxEntries)
      throw this.fail("EINVAL", `delete: it has no element ${index}`)
    const isThere = this.entry(index) !== undefined
    this.#drop(index)
    // Of an array an empty element is deleted as well as a full one.
    return isThere || !this.#isHash
  }

  programIds(): readonly number[] {
    return this.#table.all().flatMap(({ program }) => program?.id ?? [])
  }

  lookup(key: number): number {
    return this.find(key)
  }

  /** The map is read-only to programs. */
  update(_key: number, _value: number, _flags: bigint): number {
    return -errnoNumber("EPERM")
  }

  delete(_key: number): number {
    return -errnoNumber("EPERM")
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    if (!this.#isHash) return nextIndex(key, this.attributes.maxEntries)
    const keys = this.all().map(entry => entry.key)
    const next = keys[key === undefined ? 0 : keys.indexOf(numberAt(key)) + 1]
    return next === undefined ? undefined : new Uint8Array(Uint32Array.of(next).buffer)
  }

  override close(): void {
    for (const { value } of this.#table.all()) this.memory.free(value)
    super.close()
  }

  protected find(key: number): number {
    return this.entry(this.memory.view.getUint32(key, true))?.value ?? 0
  }

  protected claim(key: number, flags: bigint): number {
    return this.update(key, 0, flags)
  }

  #refusal(index: number, device: number, flags: bigint): Errno | undefined {
    if (flags > BPF_EXIST) return "EINVAL"
    if (this.#isHash) {
      if (device === 0) return "EINVAL"
      return flags === BPF_NOEXIST && this.entry(index) ? "EEXIST" : undefined
    }
    if (index >= this.attributes.maxEntries) return "E2BIG"
    return flags === BPF_NOEXIST ? "EEXIST" : undefined
  }

  /** Throws MapError: EINVAL whatever is wrong with interface or program. */
  #newEntry(key: number, index: number, id: number): StoredDevice {
    const device = this.host.deviceByIndex(index)
    if (!device) throw this.fail("EINVAL", `update: there is no network interface ${index}`)
    const program = id > 0 ? this.host.programById(id) : undefined
    if (id > 0 && !program) throw this.fail("EINVAL", `update: there is no program with id ${id}`)
    if (program && (program.type !== "xdp" || program.attachType !== "xdp_devmap"))
      throw this.fail(
        "EINVAL",
        `update: program '${program.name}' is not for elements of a devmap`,
        "its section is xdp/devmap",
      )
    const value = this.memory.alloc(8)
    this.memory.view.setUint32(value, index, true)
    this.memory.view.setUint32(value + 4, program?.id ?? 0, true)
    return { key, device, program, value }
  }

  #drop(key: number): void {
    const old = this.#table.get(key)
    if (!old) return
    this.#table.remove(key)
    this.memory.free(old.value)
  }

  /** A device that goes takes its elements with it. */
  #live(entry: StoredDevice | undefined): StoredDevice | undefined {
    if (!entry || entry.device.isThere) return entry
    this.#drop(entry.key)
    return undefined
  }
}
