import type { MapHost, MapRecord, MapRecords } from "./map-storage.ts"

/** Records waiting for user space, bounded in bytes as the kernel's buffers are. */
export class RecordQueue implements MapRecords {
  readonly #host: MapHost
  readonly #records: MapRecord[] = []
  readonly #listeners = new Set<() => void>()
  #bytes = 0
  #lost = 0

  constructor(host: MapHost) {
    this.#host = host
  }

  get lost(): number {
    return this.#lost
  }

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes
  }

  pending(): number {
    return this.#records.length
  }

  push(bytes: Uint8Array, cpu: number): void {
    this.#records.push({ bytes, cpu, time: this.#host.clock.now(), order: this.#host.nextOrder() })
    this.#bytes += bytes.length
    for (const listener of [...this.#listeners]) listener()
  }

  countLost(): void {
    this.#lost += 1
  }

  take(): MapRecord[] {
    this.#bytes = 0
    return this.#records.splice(0)
  }

  onRecord(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
