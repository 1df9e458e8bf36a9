import { errnoNumber } from "../../../base/index.ts"
import { BPF_ANY } from "../flags.ts"
import { nextIndex, numberAt } from "../index-keys.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"
import { cgroupArray } from "./vacancies.ts"
import { VacantMap } from "./vacant-map.ts"

/** cgroup_array: control groups, which user space puts in by a descriptor of their folder. A group that is gone leaves its place. */
export class CgroupArray extends VacantMap {
  /** Addresses of struct cgroup. */
  readonly #groups = new Map<number, number>()

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes, cgroupArray(attributes))
  }

  /** The struct cgroup in a place, or 0. */
  at(index: number): number {
    return this.#groups.get(index) ?? 0
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    const [index, group] = [numberAt(key), this.host.groupByDescriptor(numberAt(value))]
    // What is refused is refused in the words of an empty map.
    if (flags !== BPF_ANY || index >= this.attributes.maxEntries || group === undefined)
      super.set(key, value, flags)
    else this.#groups.set(index, group)
  }

  override remove(key: Uint8Array): boolean {
    return this.#groups.delete(numberAt(key)) || super.remove(key)
  }

  override delete(key: number): number {
    const index = this.memory.view.getUint32(key, true)
    if (this.#groups.delete(index)) return 0
    return -errnoNumber(index >= this.attributes.maxEntries ? "E2BIG" : "ENOENT")
  }

  override nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    return nextIndex(key, this.attributes.maxEntries)
  }

  override forgetOwner(owner: number): void {
    for (const [index, group] of this.#groups) if (group === owner) this.#groups.delete(index)
  }
}
