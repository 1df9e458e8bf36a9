import { errnoNumber, MapError } from "../../base/index.ts"
import type { MapFacts, OpenMap } from "../../kernel/index.ts"
import {
  deleteElement,
  freezeMap,
  lookupElement,
  type MapHost,
  type MapStorage,
  nextElementKey,
  takeElement,
  updateElement,
  valueBytesOf,
} from "../maps/index.ts"

/** A map by raw bytes, kept as long as it is open. */
export class OpenEmbeddedMap implements OpenMap {
  readonly facts: MapFacts
  readonly #map: MapStorage
  readonly #host: MapHost
  readonly #release: () => void

  constructor(map: MapStorage, facts: MapFacts, host: MapHost, release: () => void) {
    this.#map = map
    this.facts = facts
    this.#host = host
    this.#release = release
  }

  get valueBytes(): number {
    return valueBytesOf(this.#map, this.#host.cpus)
  }

  lookup(key: Uint8Array): Uint8Array | { readonly errno: number } {
    try {
      return lookupElement(this.#map, keyOf(key)) ?? { errno: errnoNumber("ENOENT") }
    } catch (error) {
      if (error instanceof MapError && error.errno) return { errno: errnoNumber(error.errno) }
      throw error
    }
  }

  take(key: Uint8Array): Uint8Array | undefined {
    return takeElement(this.#map, keyOf(key))
  }

  update(key: Uint8Array, value: Uint8Array, flags: number): void {
    updateElement(this.#map, keyOf(key), value, BigInt(flags))
  }

  /** Maps of maps and of programs take ids here, where Linux takes descriptors. */
  updateReference(key: Uint8Array, _kind: "map" | "program", id: number, flags: number): void {
    this.update(key, new Uint8Array(Uint32Array.of(id).buffer), flags)
  }

  delete(key: Uint8Array): void {
    if (deleteElement(this.#map, keyOf(key))) return
    throw new MapError(`map '${this.facts.name}': delete: No such file or directory (ENOENT)`, {
      errno: "ENOENT",
    })
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    return nextElementKey(this.#map, key)
  }

  freeze(): void {
    freezeMap(this.#host, this.#map)
  }

  [Symbol.dispose](): void {
    this.#release()
  }
}

/** Maps without keys are asked without one. */
function keyOf(key: Uint8Array): Uint8Array | undefined {
  return key.length === 0 ? undefined : key
}
