import { alignUp, errnoNumber, NotModelledError } from "../../base/index.ts"
import { ArrayMap } from "./array-map.ts"
import type { MapAttributes, MapHost } from "./map-storage.ts"
import { RecordQueue } from "./record-queue.ts"

/** Bytes of one CPU's buffer: 64 pages, what libbpf's tools usually ask for. */
const BUFFER_BYTES = 64 * 4096
/** `struct perf_event_header` and the 4-byte length of the raw data. */
const RECORD_HEADER = 8
const RAW_LENGTH = 4
/** What BPF_F_CURRENT_CPU selects: the low half of the flags. */
const CURRENT_CPU = 0xffff_ffffn

/** `struct bpf_perf_event_value`: what was counted, and the nanoseconds that it was asked for and counted in. */
export interface PerfCounter {
  readonly counter: bigint
  readonly enabled: bigint
  readonly running: bigint
}

/** perf_event_array: one buffer a CPU, open from the map's creation. */
export class PerfEventArray extends ArrayMap {
  override readonly records: RecordQueue
  readonly #openedAt: bigint

  constructor(host: MapHost, id: number, attributes: MapAttributes) {
    super(host, id, attributes)
    this.records = new RecordQueue(host)
    this.#openedAt = host.now()
  }

  override get(_key: Uint8Array): Uint8Array | undefined {
    throw this.fail("ENOTSUPP", "its slots cannot be read")
  }

  override set(key: Uint8Array, value: Uint8Array, flags: bigint): void {
    if (flags !== 0n) throw this.fail("EINVAL", "a perf_event_array takes no update flags")
    this.#checkIndex(key)
    const descriptor = new DataView(value.buffer, value.byteOffset).getInt32(0, true)
    throw this.fail("EBADF", `there is no perf event with descriptor ${descriptor}: readers are open already`)
  }

  override remove(key: Uint8Array): boolean {
    this.#checkIndex(key)
    throw new NotModelledError(
      `map '${this.attributes.name}': closing the reader of a CPU is not modelled yet`,
    )
  }

  /**
   * bpf_perf_event_output: `flags` selects the CPU, which must be the one that runs. The reader sees the data with
   * up to 7 bytes of padding behind it, since records end on 8 bytes together with their length. 0 or −errno:
   * E2BIG for an index past the map, EOPNOTSUPP for another CPU, ENOSPC when the buffer is full.
   */
  output(flags: bigint, bytes: Uint8Array): number {
    const index = flags & CURRENT_CPU
    const cpu = index === CURRENT_CPU ? this.host.cpu() : Number(index)
    if (cpu >= this.attributes.maxEntries) return -errnoNumber("E2BIG")
    if (cpu !== this.host.cpu()) return -errnoNumber("EOPNOTSUPP")
    const size = alignUp(bytes.length + RAW_LENGTH, 8) - RAW_LENGTH
    const overhead = (this.records.pending() + 1) * (RECORD_HEADER + RAW_LENGTH)
    if (this.records.bytes + size + overhead > BUFFER_BYTES) {
      this.records.countLost()
      return -errnoNumber("ENOSPC")
    }
    const padded = new Uint8Array(size)
    padded.set(bytes)
    this.records.push(padded, cpu)
    return 0
  }

  /**
   * What bpf_perf_event_read and bpf_perf_event_read_value find: the reader's event, which counts nothing, and for how
   * many nanoseconds it has. −errno: EINVAL for the event of another CPU, ENOENT where no CPU has one.
   */
  readCounter(flags: bigint): PerfCounter | number {
    if (flags > CURRENT_CPU) return -errnoNumber("EINVAL")
    const cpu = flags === CURRENT_CPU ? this.host.cpu() : Number(flags)
    if (cpu >= this.attributes.maxEntries) return -errnoNumber("E2BIG")
    if (cpu >= this.host.cpus) return -errnoNumber("ENOENT")
    if (cpu !== this.host.cpu()) return -errnoNumber("EINVAL")
    const enabled = this.host.now() - this.#openedAt
    return { counter: 0n, enabled, running: enabled }
  }

  #checkIndex(key: Uint8Array): void {
    if (new DataView(key.buffer, key.byteOffset).getUint32(0, true) >= this.attributes.maxEntries)
      throw this.fail("E2BIG", `it has ${this.attributes.maxEntries} slots`)
  }
}
