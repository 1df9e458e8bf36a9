import { type Errno, errnoNumber, type MapError, NotModelledError } from "../../../base/index.ts"
import { nextIndex, numberAt } from "../index-keys.ts"
import { MapBase } from "../map-base.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"

/** What is asked to be put in. */
export interface Entrance {
  /** The first four bytes of the key and of the value, as numbers. */
  readonly key: number
  readonly value: number
  readonly bytes: Uint8Array
  readonly flags: bigint
}

/** Why something is refused; "not modelled" when Linux would take it. */
export type Refusal = Errno | "not modelled"

/** What a map answers as long as nothing is in it. */
export interface Vacancy {
  /** "index": 0 to max_entries − 1 exist, as in arrays; "none": there is no key; else walking is refused. */
  readonly keys: "index" | "none" | Errno
  readonly lookup: Errno
  /** Undefined when what is put in is nothing, and accepted. */
  readonly update: (entrance: Entrance) => Refusal | undefined
  /** Undefined when deleting nothing succeeds. */
  readonly delete: (key: number) => Errno | undefined
}

/**
 * A map of things that the embedded kernel does not have yet: sockets, devices, cgroups, inodes, stacks. It is made,
 * walked and refused as on Linux; nothing is ever in it.
 */
export class VacantMap extends MapBase {
  readonly #vacancy: Vacancy

  constructor(host: MapHost, id: number, attributes: MapAttributes, vacancy: Vacancy) {
    super(host, id, attributes)
    this.#vacancy = vacancy
  }

  override get(_key: Uint8Array): Uint8Array | undefined {
    const { lookup } = this.#vacancy
    if (lookup === "ENOENT") return undefined
    throw this.fail(lookup, "reading it is refused")
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    const refusal = this.#vacancy.update({ key: numberAt(key), value: numberAt(value), bytes: value, flags })
    if (refusal === "not modelled") throw this.#notModelled()
    if (refusal) throw this.fail(refusal, `update: ${reason(refusal)}`)
  }

  override remove(key: Uint8Array): boolean {
    const refusal = this.#vacancy.delete(numberAt(key))
    if (refusal === "ENOENT") return false
    if (refusal) throw this.fail(refusal, `delete: ${reason(refusal)}`)
    return true
  }

  lookup(_key: number): number {
    return 0
  }

  update(_key: number, _value: number, _flags: bigint): number {
    throw this.#notModelled()
  }

  delete(key: number): number {
    const refusal = this.#vacancy.delete(this.memory.view.getUint32(key, true))
    return refusal ? -errnoNumber(refusal) : 0
  }

  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    const { keys } = this.#vacancy
    if (keys === "none") return undefined
    if (keys !== "index") throw this.fail(keys, "its keys cannot be walked")
    return nextIndex(key, this.attributes.maxEntries)
  }

  protected find(_key: number): number {
    return 0
  }

  protected claim(_key: number, _flags: bigint): number {
    throw this.#notModelled()
  }

  #notModelled(): MapError | NotModelledError {
    return new NotModelledError(
      `map '${this.attributes.name}': what this type of map holds is not modelled by the embedded kernel yet`,
    )
  }
}

function reason(errno: Errno): string {
  switch (errno) {
    case "EBADF":
      return "the descriptor is of nothing that such a map holds"
    case "E2BIG":
      return "the index is past the end"
    case "EEXIST":
      return "the element is there already"
    default:
      return "this type of map refuses it"
  }
}
