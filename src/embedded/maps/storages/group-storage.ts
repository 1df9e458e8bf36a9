import { errnoNumber } from "../../../base/index.ts"
import { BPF_EXIST } from "../flags.ts"
import { MapBase } from "../map-base.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"

const [ENOENT, EINVAL] = [-errnoNumber("ENOENT"), -errnoNumber("EINVAL")]
/** A key that is a group's id alone: all attach types share a value. */
const ID_BYTES = 8

/** Where a program is attached: the group, and the number of the attach type. */
export interface GroupPlace {
  readonly id: bigint
  /** struct cgroup. */
  readonly owner: number
  readonly attachType: number
}

interface Kept extends GroupPlace {
  readonly value: number
}

/**
 * cgroup_storage and percpu_cgroup_storage: a value for each group that a program of the map is attached to, and each attach
 * type there unless keys are ids alone. It is made when a program is attached, and goes with the group or the map; user
 * space finds it by the group's id.
 */
export class GroupStorage extends MapBase {
  /** The youngest first. */
  #kept: readonly Kept[] = []
  #testRun = 0

  constructor(host: MapHost, id: number, attributes: MapAttributes, copies: number) {
    super(host, id, attributes, copies)
  }

  /** A program is attached there: from now on it has a value. */
  attach(place: GroupPlace): void {
    if (this.#at(place.id, place.attachType) === undefined)
      this.#kept = [{ ...place, value: this.#make() }, ...this.#kept]
  }

  /** What a program has on the CPU that runs it; in a test run, where no group is, a value of the run. */
  of(place: GroupPlace | undefined): number {
    if (!place && this.#testRun === 0) this.#testRun = this.#make()
    const first = place ? (this.#at(place.id, place.attachType)?.value ?? 0) : this.#testRun
    return first === 0 || this.copies === 1 ? first : first + this.host.cpu() * this.stride
  }

  /** Another test run begins. */
  clearTestRun(): void {
    if (this.#testRun !== 0) this.#free(this.#testRun)
    this.#testRun = 0
  }

  override forgetOwner(owner: number): void {
    for (const each of this.#kept) if (each.owner === owner) this.#free(each.value)
    this.#kept = this.#kept.filter(each => each.owner !== owner)
  }

  lookup(): number {
    return 0
  }

  update(): number {
    return EINVAL
  }

  delete(): number {
    return EINVAL
  }

  /** A key that is not there has none after it. */
  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const known = key && this.#find(this.putKey(key))
    if (key && !known) return undefined
    const next = this.#kept[known ? this.#kept.indexOf(known) + 1 : 0]
    if (!next) return undefined
    const bytes = new Uint8Array(this.attributes.keySize)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, next.id, true)
    if (this.#isIsolated) view.setUint32(ID_BYTES, next.attachType, true)
    return bytes
  }

  override close(): void {
    this.clearTestRun()
    for (const { value } of this.#kept) this.#free(value)
    this.#kept = []
    super.close()
  }

  protected find(key: number): number {
    return this.#find(key)?.value ?? 0
  }

  protected claim(key: number, flags: bigint): number {
    if ((flags & ~BPF_EXIST) !== 0n) return EINVAL
    return this.find(key) || ENOENT
  }

  get #isIsolated(): boolean {
    return this.attributes.keySize !== ID_BYTES
  }

  #find(key: number): Kept | undefined {
    const { view } = this.memory
    const type = this.#isIsolated ? view.getUint32(key + ID_BYTES, true) : 0
    return this.#at(view.getBigUint64(key, true), type)
  }

  #at(id: bigint, attachType: number): Kept | undefined {
    return this.#kept.find(each => each.id === id && (!this.#isIsolated || each.attachType === attachType))
  }

  #make(): number {
    return this.memory.alloc(this.stride * this.copies)
  }

  #free(value: number): void {
    this.releaseValue(value)
    this.memory.free(value)
  }
}
