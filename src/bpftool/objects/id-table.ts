/**
 * Values by id, several an id, in the order in which bpftool lists them: its hash table puts new values in front, and
 * turns every chain around when it grows.
 */
export class IdTable<T> {
  readonly #lists = new Map<number, T[]>()
  #size = 0
  #capacity = 0

  append(id: number, value: T): void {
    if (this.#capacity === 0 || Math.floor(((this.#size + 1) * 4) / 3) > this.#capacity) {
      this.#capacity = Math.max(4, this.#capacity * 2)
      for (const list of this.#lists.values()) list.reverse()
    }
    const list = this.#lists.get(id)
    if (list) list.unshift(value)
    else this.#lists.set(id, [value])
    this.#size += 1
  }

  get isEmpty(): boolean {
    return this.#size === 0
  }

  of(id: number): readonly T[] {
    return this.#lists.get(id) ?? []
  }
}
