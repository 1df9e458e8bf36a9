import { alignUp, errnoNumber } from "../../../base/index.ts"
import type { MapAttributes, MapHost } from "../map-storage.ts"
import { VacantMap } from "../references/vacant-map.ts"

/** In front of each record: its length and flags, and room that the kernel uses the other way round. */
const RECORD_HEADER = 8
/** Most records of one drain (BPF_MAX_USER_RINGBUF_SAMPLES). */
const MOST_RECORDS = 128 * 1024
/** BPF_RB_NO_WAKEUP and BPF_RB_FORCE_WAKEUP; neither changes what a waiting producer sees here. */
const WAKEUP_FLAGS = 3n

/** user_ringbuf: records from user space for programs, which drain them. */
export class UserRingBuffer extends VacantMap {
  readonly #records: Uint8Array[] = []
  #used = 0
  #isDraining = false
  readonly #waiting = new Set<() => void>()

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes, {
      keys: "ENOTSUPP",
      lookup: "ENOTSUPP",
      update: () => "ENOTSUPP",
      delete: () => "ENOTSUPP",
    })
  }

  /** Puts a record in; false while there is no room. Throws MapError E2BIG for one that never fits. */
  submit(record: Uint8Array): boolean {
    const total = alignUp(record.length + RECORD_HEADER, 8)
    const { maxEntries } = this.attributes
    if (total > maxEntries)
      throw this.fail("E2BIG", `a record of ${record.length} bytes never fits its ${maxEntries} bytes`)
    if (total > maxEntries - this.#used) return false
    this.#records.push(record.slice())
    this.#used += total
    return true
  }

  /** Calls `listener` after each drain; the answer stops it. */
  onRoom(listener: () => void): () => void {
    this.#waiting.add(listener)
    return () => void this.#waiting.delete(listener)
  }

  /**
   * bpf_user_ringbuf_drain: gives records to `visit`, by address and size, until it answers true. The number of records,
   * or −errno: EINVAL for unknown flags, EBUSY inside of another drain.
   */
  drain(visit: (address: number, size: number) => boolean, flags: bigint): number {
    if ((flags & ~WAKEUP_FLAGS) !== 0n) return -errnoNumber("EINVAL")
    if (this.#isDraining) return -errnoNumber("EBUSY")
    this.#isDraining = true
    let count = 0
    try {
      for (let stopped = false; !stopped && count < MOST_RECORDS; count++) {
        const record = this.#records[0]
        if (!record) break
        stopped = this.#show(record, visit)
        this.#records.shift()
        this.#used -= alignUp(record.length + RECORD_HEADER, 8)
      }
    } finally {
      this.#isDraining = false
    }
    if (count > 0) for (const listener of [...this.#waiting]) listener()
    return count
  }

  #show(record: Uint8Array, visit: (address: number, size: number) => boolean): boolean {
    const address = this.memory.alloc(Math.max(record.length, 1))
    try {
      this.memory.write(address, record)
      return visit(address, record.length)
    } finally {
      this.memory.free(address)
    }
  }
}
