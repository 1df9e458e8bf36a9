import { alignUp, MapError } from "../base/index.ts"
import type { MapCodec } from "./map-codec.ts"

/**
 * A window on a map's memory: what programs write shows at once, without a call for each access. Open until the map is
 * closed; what it gives is typed as by `get`.
 */
export interface MapView {
  /** All of the memory; elements of an array lie `stride` bytes apart. */
  readonly bytes: Uint8Array
  readonly stride: number
  /** Elements; of an arena, its bytes. */
  readonly length: number
  get(index: number): unknown
  set(index: number, value: unknown): void
}

/** A view of an array's elements. `memory` is asked at each access: where memory can grow, its views are short-lived. */
export class ArrayView implements MapView {
  readonly length: number
  readonly stride: number
  readonly #name: string
  readonly #valueSize: number
  readonly #codec: MapCodec
  readonly #memory: () => Uint8Array

  constructor(
    map: { readonly name: string; readonly valueSize: number; readonly maxEntries: number },
    codec: MapCodec,
    memory: () => Uint8Array,
  ) {
    this.#name = map.name
    this.#valueSize = map.valueSize
    this.length = map.maxEntries
    this.stride = alignUp(map.valueSize, 8)
    this.#codec = codec
    this.#memory = memory
  }

  get bytes(): Uint8Array {
    return this.#memory()
  }

  /** Undefined past the end, as `get` of the map. */
  get(index: number): unknown {
    const at = this.#offset(index)
    return at === undefined
      ? undefined
      : this.#codec.decodeValue(this.bytes.subarray(at, at + this.#valueSize))
  }

  /** Throws MapError: E2BIG past the end. */
  set(index: number, value: unknown): void {
    const at = this.#offset(index)
    if (at === undefined)
      throw new MapError(`map '${this.#name}': index ${index} is past its ${this.length} elements (E2BIG)`, {
        errno: "E2BIG",
      })
    this.bytes.set(this.#codec.encodeValue(value), at)
  }

  #offset(index: number): number | undefined {
    return Number.isInteger(index) && index >= 0 && index < this.length ? index * this.stride : undefined
  }
}

/** A view of an arena, byte by byte. */
export class ByteView implements MapView {
  readonly bytes: Uint8Array
  readonly stride = 1

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get length(): number {
    return this.bytes.length
  }

  get(index: number): number | undefined {
    return this.bytes[index]
  }

  set(index: number, value: unknown): void {
    this.bytes[index] = Number(value)
  }
}
