import type { Bpf } from "../bpf/bpf.ts"
import type { Poller } from "../ffi/epoll.ts"
import { PerfRing } from "./perf-buffer.ts"
import { RingBufferReader } from "./ring-buffer.ts"

/** One record of a map, with its place among all records where the kernel tells a time. */
export interface MapRecord {
  readonly bytes: Uint8Array
  /** Nanoseconds since boot; undefined for ring buffers, whose records carry none. */
  readonly time: bigint | undefined
}

/** The records of one map, however the kernel keeps them. */
export interface RecordSource extends Disposable {
  /** At most about `limit` of the records that are there; they are consumed. */
  take(limit?: number): MapRecord[]
  /** Descriptors that become readable when there are new records. */
  readonly descriptors: readonly number[]
  readonly lost: number
}

/** Pages of each CPU's ring, as libbpf's tools take them. */
const PERF_PAGES = 64

/** Opens a reader on a perf event array: one ring on every CPU that is online. */
export function openPerfSource(
  bpf: Bpf,
  mapFd: number,
  cpus: readonly number[],
  pages = PERF_PAGES,
): RecordSource {
  const rings: PerfRing[] = []
  const close = (): void => {
    for (const ring of rings) ring[Symbol.dispose]()
  }
  try {
    for (const cpu of cpus) rings.push(new PerfRing(bpf, mapFd, cpu, pages))
  } catch (error) {
    close()
    throw error
  }
  return {
    take: () =>
      rings.flatMap(ring => ring.take()).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)),
    descriptors: rings.map(ring => ring.event.fd),
    get lost() {
      return rings.reduce((sum, ring) => sum + ring.lost, 0)
    },
    [Symbol.dispose]: close,
  }
}

export function openRingSource(bpf: Bpf, mapFd: number, size: number): RecordSource {
  const reader = new RingBufferReader(bpf.native, mapFd, size)
  return {
    take: limit => reader.take(limit).map(bytes => ({ bytes, time: undefined })),
    descriptors: [mapFd],
    lost: 0,
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  }
}

/** Waits until a source has something, or `signal` fires, or `closed` resolves. */
export async function nextRecords(
  poller: Poller,
  source: Pick<RecordSource, "descriptors">,
  signal: AbortSignal | undefined,
  onClose: (end: () => void) => () => void,
): Promise<void> {
  await new Promise<void>(resolve => {
    const done = (): void => {
      for (const fd of source.descriptors) poller.remove(fd)
      stop()
      forget()
      signal?.removeEventListener("abort", done)
      resolve()
    }
    for (const fd of source.descriptors) poller.add(fd, done)
    const stop = poller.watch()
    const forget = onClose(done)
    signal?.addEventListener("abort", done)
    if (signal?.aborted) done()
  })
}
