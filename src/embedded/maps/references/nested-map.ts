import { type Errno, errnoNumber } from "../../../base/index.ts"
import { mapType } from "../../../catalog/index.ts"
import { BPF_ANY, BPF_EXIST, BPF_NOEXIST, hasFlag, MAP_FLAG } from "../flags.ts"
import { nextIndex, numberAt } from "../index-keys.ts"
import { MapBase } from "../map-base.ts"
import type { MapAttributes, MapHost, MapStorage } from "../map-storage.ts"

/** Not kept with the map but with the descriptor that its maker got. */
const DESCRIPTOR_FLAGS = MAP_FLAG.RDONLY | MAP_FLAG.WRONLY

/**
 * array_of_maps and hash_of_maps. User space stores an inner map by its id (Linux takes a descriptor, and shows the
 * id when the element is read); programs that look up get the inner map itself.
 */
export class NestedMap extends MapBase {
  readonly #inner = new Map<string, { readonly key: Uint8Array; readonly map: MapStorage }>()
  readonly #template: MapAttributes
  readonly #isArray: boolean

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes)
    const template =
      attributes.inner ??
      (attributes.innerId === undefined ? undefined : host.mapById(attributes.innerId)?.attributes)
    if (!template) throw new Error(`BUG: map '${attributes.name}' was made without a template`)
    this.#template = template
    this.#isArray = mapType(attributes.type)?.name === "array_of_maps"
  }

  /** Stores an inner map; throws MapError: EINVAL for one that differs from the template, E2BIG, EEXIST, ENOENT. */
  put(key: Uint8Array, map: MapStorage, flags = BPF_ANY): void {
    const refusal = this.#flagRefusal(key, flags)
    if (refusal) throw this.fail(refusal, "update: the key and the flags do not go together")
    const difference = this.#difference(map.attributes)
    if (difference)
      throw this.fail("EINVAL", `'${map.attributes.name}' cannot be an inner map: ${difference}`)
    const text = key.join()
    const isNew = !this.#isArray && !this.#inner.has(text)
    if (isNew && flags === BPF_EXIST) throw this.fail("ENOENT", "update: there is no such key")
    if (isNew && this.#inner.size >= this.attributes.maxEntries)
      throw this.fail("E2BIG", `update: it holds ${this.attributes.maxEntries} maps at most`)
    if (!isNew && flags === BPF_NOEXIST) throw this.fail("EEXIST", "update: the key is there already")
    this.#inner.set(text, { key: key.slice(), map })
  }

  /** The maps that are in it. */
  inner(): readonly MapStorage[] {
    return [...this.#inner.values()].map(({ map }) => map)
  }

  override get(key: Uint8Array): Uint8Array | undefined {
    const found = this.#inner.get(key.join())
    return found && new Uint8Array(Uint32Array.of(found.map.id).buffer)
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    const refusal = this.#flagRefusal(key, flags)
    if (refusal) throw this.fail(refusal, "update: the key and the flags do not go together")
    const map = this.host.mapById(numberAt(value))
    if (!map) throw this.fail("EBADF", `there is no map with id ${numberAt(value)}`)
    this.put(key, map, flags)
  }

  override remove(key: Uint8Array): boolean {
    if (this.#isArray && numberAt(key) >= this.attributes.maxEntries)
      throw this.fail("E2BIG", `delete: it holds ${this.attributes.maxEntries} maps at most`)
    return this.#inner.delete(key.join())
  }

  /** The address of the inner map, or 0: also for one that a host without references has closed. */
  lookup(key: number): number {
    const found = this.#inner.get(this.memory.read(key, this.attributes.keySize).join())
    return found && this.host.mapById(found.map.id) === found.map ? found.map.address : 0
  }

  /** The verifier lets no program change maps of maps. */
  update(_key: number, _value: number, _flags: bigint): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  delete(_key: number): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    if (this.#isArray) return nextIndex(key, this.attributes.maxEntries)
    const entries = [...this.#inner.values()]
    const text = key?.join()
    const at = entries.findIndex(entry => entry.key.join() === text)
    return entries[at + 1]?.key
  }

  protected find(key: number): number {
    return this.lookup(key)
  }

  protected claim(_key: number, _flags: bigint): number {
    return -errnoNumber("EOPNOTSUPP")
  }

  #flagRefusal(key: Uint8Array, flags: bigint): Errno | undefined {
    if (!this.#isArray) return flags > BPF_EXIST ? "EINVAL" : undefined
    if (flags !== BPF_ANY) return "EINVAL"
    return numberAt(key) >= this.attributes.maxEntries ? "E2BIG" : undefined
  }

  /** Why a map is not like the template (bpf_map_meta_equal), or undefined. Sizes may differ but for some types. */
  #difference(map: MapAttributes): string | undefined {
    const template = this.#template
    const name = mapType(template.type)?.name
    const sized = (name === "array" && !hasFlag(template.flags, "INNER_MAP")) || name === "xskmap"
    if (map.type !== template.type) return `it is no ${name}`
    if (map.keySize !== template.keySize) return `its keys have ${map.keySize} bytes, not ${template.keySize}`
    if (map.valueSize !== template.valueSize)
      return `its values have ${map.valueSize} bytes, not ${template.valueSize}`
    if (((map.flags ^ template.flags) & ~DESCRIPTOR_FLAGS) !== 0) return "its flags are others"
    if (sized && map.maxEntries !== template.maxEntries)
      return `it has ${map.maxEntries} entries, not ${template.maxEntries}`
    if (fieldText(map) !== fieldText(template)) return "its values have other locks or timers"
    return undefined
  }
}

function fieldText({ layout }: MapAttributes): string {
  return (layout?.fields ?? []).map(({ kind, offset }) => `${kind}@${offset}`).join()
}
