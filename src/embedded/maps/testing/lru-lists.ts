/** Entries looked at in one pass, and kept in stock by a CPU on kernels before the stock was made smaller. */
const LOCAL_BATCH = 128

type ListName = "pending" | "inactive" | "active"

/**
 * Who goes when an LRU map is full, as Linux decides it (kernel/bpf/bpf_lru_list.c): new keys wait in the CPU's
 * pending list, then age on the inactive list, or on the active one if a program has looked them up meanwhile. Keys
 * are in front the longer they wait. Where Linux goes on behind the last key it looked at, this starts at the oldest.
 */
export class LruLists {
  readonly #lists: Readonly<Record<ListName, Set<string>>> = {
    pending: new Set(),
    inactive: new Set(),
    active: new Set(),
  }
  readonly #used = new Set<string>()
  readonly #evict: (key: string) => void
  /** Entries that a shortage of the CPU's stock makes room for. */
  readonly #batch: number
  /** Free entries of the map, and those that the CPU has in stock. */
  #free: number
  #stock = 0

  constructor(entries: number, batch: number, evict: (key: string) => void) {
    this.#free = entries
    this.#batch = Math.min(Math.max(batch, 1), LOCAL_BATCH)
    this.#evict = evict
  }

  /** Takes a free entry, evicting keys for it where there is none. False when nothing could go. */
  take(): boolean {
    if (this.#stock === 0) this.#refill()
    if (this.#stock === 0) return false
    this.#stock -= 1
    return true
  }

  /** Gives an entry back that was taken and not used. */
  giveBack(): void {
    this.#stock += 1
  }

  add(key: string): void {
    this.#lists.pending.add(key)
  }

  use(key: string): void {
    this.#used.add(key)
  }

  remove(key: string): void {
    this.#used.delete(key)
    if (this.#lists.pending.delete(key)) this.#stock += 1
    else if (this.#lists.inactive.delete(key) || this.#lists.active.delete(key)) this.#free += 1
  }

  #refill(): void {
    for (const key of [...this.#lists.pending]) this.#age(key, "pending")
    this.#rotate()
    const ready = Math.min(this.#free, this.#batch)
    this.#free -= ready
    this.#stock += ready
    if (ready < this.#batch) this.#shrink(this.#batch - ready)
  }

  /** To the young end of the active list if the key was used, else of the inactive one; the mark goes. */
  #age(key: string, from: ListName): void {
    this.#lists[from].delete(key)
    this.#lists[this.#used.delete(key) ? "active" : "inactive"].add(key)
  }

  #rotate(): void {
    const { inactive, active } = this.#lists
    if (inactive.size < active.size) for (const key of oldest(active)) this.#age(key, "active")
    for (const key of oldest(inactive)) if (this.#used.has(key)) this.#age(key, "inactive")
  }

  #shrink(wanted: number): void {
    const { inactive, active } = this.#lists
    const victims = oldest(inactive).filter(key => !this.#used.has(key))
    const [forced] = inactive.size > 0 ? inactive : active
    const chosen = victims.length === 0 && forced !== undefined ? [forced] : victims.slice(0, wanted)
    for (const key of chosen) {
      inactive.delete(key)
      active.delete(key)
      this.#used.delete(key)
      this.#stock += 1
      this.#evict(key)
    }
  }
}

function oldest(list: ReadonlySet<string>): string[] {
  const keys: string[] = []
  for (const key of list) {
    if (keys.length === LOCAL_BATCH) break
    keys.push(key)
  }
  return keys
}
