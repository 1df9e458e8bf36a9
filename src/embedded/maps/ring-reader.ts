import { alignUp } from "../../base/index.ts"
import type { KernelMemory } from "../memory/index.ts"
import type { MapRecord, MapRecords } from "./map-storage.ts"
import {
  MAX_RECORD,
  RECORD_BYTES,
  RECORD_DISCARDED,
  RECORD_LENGTH,
  RECORD_RING,
  RING_CONSUMED,
  RING_DATA,
  RING_LISTENING,
  RING_LOST,
  RING_PENDING,
  RING_READY,
  RING_SIZE,
} from "./native/ring-layout.ts"

/** The user side of a ring buffer. Reading gives the room of records, and of discarded ones among them, back. */
export class RingReader implements MapRecords {
  readonly #memory: KernelMemory
  readonly #ring: number
  readonly #listeners = new Set<() => void>()
  #isOpen = true

  constructor(memory: KernelMemory, ring: number) {
    this.#memory = memory
    this.#ring = ring
  }

  get lost(): number {
    return this.#word(RING_LOST)
  }

  pending(): number {
    return this.#word(RING_PENDING)
  }

  take(): MapRecord[] {
    if (!this.#isOpen) return []
    const { view } = this.#memory
    const records: MapRecord[] = []
    const ready = view.getBigUint64(this.#ring + RING_READY, true)
    const data = this.#word(RING_DATA)
    const size = this.#word(RING_SIZE)
    let position = Number(view.getBigUint64(this.#ring + RING_CONSUMED, true))
    while (position < Number(ready)) {
      const record = data + (position % size)
      const flags = view.getUint32(record + RECORD_LENGTH, true)
      const length = flags & MAX_RECORD
      if ((flags & RECORD_DISCARDED) === 0)
        records.push({
          bytes: this.#memory.read(record + RECORD_BYTES, length),
          order: this.#order(record),
        })
      position += RECORD_BYTES + alignUp(length, 8)
    }
    view.setBigUint64(this.#ring + RING_CONSUMED, ready, true)
    view.setUint32(this.#ring + RING_PENDING, 0, true)
    return records
  }

  onRecord(listener: () => void): () => void {
    this.#listeners.add(listener)
    this.#listen()
    return () => {
      this.#listeners.delete(listener)
      this.#listen()
    }
  }

  /** Says that there is one more record. */
  tell(): void {
    for (const listener of [...this.#listeners]) listener()
  }

  /** A record knows the low half of its number, and no record is older than 2^32 others. */
  #order(record: number): number {
    const now = this.#memory.recordOrder
    const low = this.#memory.view.getUint32(record + RECORD_RING, true)
    return now - (((now % 2 ** 32) - low + 2 ** 32) % 2 ** 32)
  }

  /** The ring's memory is gone, and so are the listeners. */
  close(): void {
    this.#isOpen = false
  }

  #listen(): void {
    if (!this.#isOpen) return
    this.#memory.view.setUint32(this.#ring + RING_LISTENING, this.#listeners.size > 0 ? 1 : 0, true)
  }

  #word(offset: number): number {
    return this.#isOpen ? this.#memory.view.getUint32(this.#ring + offset, true) : 0
  }
}
