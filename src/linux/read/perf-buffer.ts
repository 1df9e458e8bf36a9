import { MAP_ELEMENT } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { LinuxCallError } from "../ffi/call-error.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { Mapping, PROT_READ, PROT_WRITE } from "../ffi/mapping.ts"
import { openPerfEvent, PERF_IOCTL, perfIoctl } from "../ffi/perf-event.ts"

const PAGE = 4096
/** Offsets in `struct perf_event_mmap_page`. */
const [DATA_HEAD, DATA_TAIL] = [1024, 1032]
const SOFTWARE = 1
const BPF_OUTPUT = 10
const [SAMPLE_TIME, SAMPLE_RAW] = [1 << 2, 1 << 10]
const [RECORD_LOST, RECORD_SAMPLE] = [2, 9]

/** One record, with the time at which a program wrote it, in nanoseconds since boot. */
export interface PerfRecord {
  readonly bytes: Uint8Array
  readonly time: bigint
  readonly cpu: number
}

/** What stands in a ring: a record, or how many found no room. */
export type PerfEvent =
  | ({ readonly kind: "sample" } & PerfRecord)
  | { readonly kind: "lost"; readonly cpu: number; readonly id: bigint; readonly count: bigint }

/** One CPU's part of a perf event array: a BPF-output event with its ring, put into the map's slot. */
export class PerfRing implements Disposable {
  readonly cpu: number
  readonly event: Descriptor
  readonly #ring: Mapping
  readonly #positions: BigUint64Array
  readonly #size: number
  /** Records that found no room. */
  lost = 0

  /** `pages`: a power of two; `slot`: of the map, the CPU's number when left out. Throws LinuxCallError. */
  constructor(
    bpf: Bpf,
    mapFd: number,
    cpu: number,
    {
      pages,
      wakeupEvents = 1,
      slot = cpu,
    }: { readonly pages: number; readonly wakeupEvents?: number; readonly slot?: number },
  ) {
    const { native } = bpf
    const fd = openPerfEvent(
      native,
      {
        type: SOFTWARE,
        config: BPF_OUTPUT,
        sample_type: SAMPLE_RAW | SAMPLE_TIME,
        sample_period: 1,
        wakeup_events: wakeupEvents,
      },
      { pid: -1, cpu },
    )
    if (fd < 0) throw new LinuxCallError("perf_event_open", -fd)
    this.cpu = cpu
    this.event = new Descriptor(native, fd)
    this.#size = pages * PAGE
    this.#ring = new Mapping(native, fd, PAGE + this.#size, PROT_READ | PROT_WRITE)
    this.#positions = new BigUint64Array(this.#ring.bytes.buffer, DATA_HEAD, 2)
    const key = new Uint8Array(Uint32Array.of(slot).buffer)
    const value = new Uint8Array(Uint32Array.of(fd).buffer)
    bpf.call("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd: mapFd, key, value })
    perfIoctl(native, this.event, PERF_IOCTL.enable)
  }

  get isReady(): boolean {
    return this.#positions[0] !== this.#positions[(DATA_TAIL - DATA_HEAD) / 8]
  }

  /** The records written so far, oldest first. They are consumed. */
  take(): PerfRecord[] {
    return this.takeEvents().flatMap(event => {
      if (event.kind === "sample") return [event]
      this.lost += Number(event.count)
      return []
    })
  }

  /** As `take`, with the losses where they happened. */
  takeEvents(): PerfEvent[] {
    const events: PerfEvent[] = []
    const head = this.#positions[0] as bigint
    let tail = this.#positions[(DATA_TAIL - DATA_HEAD) / 8] as bigint
    while (tail < head) {
      const header = new DataView(this.#copy(tail, 8).buffer)
      const [type, size] = [header.getUint32(0, true), header.getUint16(6, true)]
      const body = this.#copy(tail + 8n, size - 8)
      const view = new DataView(body.buffer)
      if (type === RECORD_SAMPLE) {
        const length = view.getUint32(8, true)
        const bytes = body.subarray(12, 12 + length)
        events.push({ kind: "sample", bytes, time: view.getBigUint64(0, true), cpu: this.cpu })
      } else if (type === RECORD_LOST) {
        const [id, count] = [view.getBigUint64(0, true), view.getBigUint64(8, true)]
        events.push({ kind: "lost", cpu: this.cpu, id, count })
      }
      tail += BigInt(size)
    }
    this.#positions[(DATA_TAIL - DATA_HEAD) / 8] = tail
    return events
  }

  [Symbol.dispose](): void {
    this.#ring.close()
    this.event.close()
  }

  /** Bytes at a position that only grows: they may go on at the ring's beginning. */
  #copy(position: bigint, length: number): Uint8Array<ArrayBuffer> {
    const start = Number(position % BigInt(this.#size))
    const data = this.#ring.bytes.subarray(PAGE)
    if (start + length <= this.#size) return data.slice(start, start + length)
    const bytes = new Uint8Array(length)
    bytes.set(data.subarray(start), 0)
    bytes.set(data.subarray(0, length - (this.#size - start)), this.#size - start)
    return bytes
  }
}
