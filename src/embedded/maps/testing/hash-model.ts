import { errnoNumber } from "../../../base/index.ts"
import { LruLists } from "./lru-lists.ts"

const [NOEXIST, EXIST] = [1, 2]

export interface HashModelShape {
  readonly maxEntries: number
  readonly valueSize: number
  /** Values under one key: one, or one a CPU. */
  readonly copies: number
  /** For LRU maps: entries that a shortage makes room for. */
  readonly evicts?: number | undefined
}

/** What a hash map answers, with JavaScript's own Map: the model that the maps in memory are compared with. */
export class HashModel {
  readonly #shape: HashModelShape
  readonly #entries = new Map<string, Uint8Array[]>()
  readonly #lists: LruLists | undefined

  constructor(shape: HashModelShape) {
    this.#shape = shape
    if (shape.evicts !== undefined)
      this.#lists = new LruLists(shape.maxEntries, shape.evicts, key => this.#entries.delete(key))
  }

  /** In the order of insertion. */
  keys(): string[] {
    return [...this.#entries.keys()]
  }

  /** All values of a key; nobody uses it then. */
  get(key: string): readonly Uint8Array[] | undefined {
    return this.#entries.get(key)
  }

  /** A program's lookup: the CPU's value itself. */
  lookup(key: string, cpu: number): Uint8Array | undefined {
    const values = this.#entries.get(key)
    if (values) this.#lists?.use(key)
    return values?.[this.#shape.copies > 1 ? cpu : 0]
  }

  update(key: string, value: Uint8Array, flags: number, cpu: number): number {
    const values = this.#claim(key, flags)
    if (typeof values === "number") return values
    values[this.#shape.copies > 1 ? cpu : 0]?.set(value)
    return 0
  }

  /** User space's update, of all values. */
  set(key: string, all: readonly Uint8Array[], flags: number): number {
    const values = this.#claim(key, flags)
    if (typeof values === "number") return values
    all.forEach((value, index) => {
      values[index]?.set(value)
    })
    return 0
  }

  delete(key: string): number {
    if (!this.#entries.delete(key)) return -errnoNumber("ENOENT")
    this.#lists?.remove(key)
    return 0
  }

  #claim(key: string, flags: number): number | Uint8Array[] {
    if (flags > EXIST) return -errnoNumber("EINVAL")
    const needsEntry = this.#lists !== undefined && (this.#shape.copies === 1 || flags !== EXIST)
    if (needsEntry && !this.#lists?.take()) return -errnoNumber("ENOMEM")
    const known = this.#entries.get(key)
    const refused = this.#refusal(known !== undefined, flags)
    if (refused !== 0 || (known && this.#shape.copies > 1)) {
      if (needsEntry) this.#lists?.giveBack()
      if (refused === 0) this.#lists?.use(key)
      return refused !== 0 ? refused : (known as Uint8Array[])
    }
    if (known) this.#lists?.remove(key)
    this.#lists?.add(key)
    if (known) {
      this.#lists?.use(key)
      return known
    }
    const values = Array.from({ length: this.#shape.copies }, () => new Uint8Array(this.#shape.valueSize))
    this.#entries.set(key, values)
    return values
  }

  #refusal(isKnown: boolean, flags: number): number {
    if (flags === NOEXIST && isKnown) return -errnoNumber("EEXIST")
    if (flags === EXIST && !isKnown) return -errnoNumber("ENOENT")
    return !isKnown && this.#entries.size >= this.#shape.maxEntries ? -errnoNumber("E2BIG") : 0
  }
}
