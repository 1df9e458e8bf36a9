import { MapError } from "../../base/index.ts"
import type { Bpf } from "../bpf/bpf.ts"
import type { Poller } from "../ffi/epoll.ts"
import { PerfRing } from "./perf-buffer.ts"
import { type RecordVisitor, RingBufferReader } from "./ring-buffer.ts"

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
  /** Shows records where they lie, at most about `limit`; they are consumed. Gives how many there were. */
  visit(visitor: RecordVisitor, limit?: number): number
  /** Descriptors that become readable when there are new records. */
  readonly descriptors: readonly number[]
  /** Whether there is something to take. */
  readonly isReady: boolean
  readonly lost: number
}

export interface PerfBufferOptions {
  /** Of 4 KiB, for each CPU: a power of two. 64 when left out, as libbpf's tools take them. */
  readonly pages?: number
  /** Records after which a reader is woken: more of them cost less, and come later. 1 when left out. */
  readonly wakeupEvents?: number
}

const MOST_PAGES = 1 << 16

/** Opens a reader on a perf event array: one ring on every CPU that is online. */
export function openPerfSource(
  bpf: Bpf,
  mapFd: number,
  cpus: readonly number[],
  { pages = 64, wakeupEvents = 1 }: PerfBufferOptions = {},
): RecordSource {
  if (!Number.isInteger(Math.log2(pages)) || pages > MOST_PAGES || !(wakeupEvents > 0))
    throw new MapError(
      `buffers of ${pages} pages and wakeups after ${wakeupEvents} records: pages is a power of two up to ${MOST_PAGES}, wakeupEvents above 0 (EINVAL)`,
      { errno: "EINVAL" },
    )
  const rings: PerfRing[] = []
  const close = (): void => {
    for (const ring of rings) ring[Symbol.dispose]()
  }
  try {
    for (const cpu of cpus) rings.push(new PerfRing(bpf, mapFd, cpu, { pages, wakeupEvents }))
  } catch (error) {
    close()
    throw error
  }
  const take = (): MapRecord[] =>
    rings.flatMap(ring => ring.take()).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  return {
    take,
    visit(visitor) {
      const records = take()
      for (const { bytes } of records)
        visitor(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length)
      return records.length
    },
    descriptors: rings.map(ring => ring.event.fd),
    get isReady() {
      return rings.some(ring => ring.isReady)
    },
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
    visit: (visitor, limit) => reader.visit(visitor, limit),
    descriptors: [mapFd],
    get isReady() {
      return reader.isReady
    },
    lost: 0,
    [Symbol.dispose]: () => reader[Symbol.dispose](),
  }
}

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with what ends the wait early; the answer forgets it. */
  readonly onClose?: (end: () => void) => () => void
  /** Asked once the descriptors are watched: a perf event tells of what came before that to nobody. */
  readonly isReady?: () => boolean
}

/** Waits until one of the descriptors is readable, or `signal` fires, or the end that `onClose` is given is called. */
export async function whenReadable(
  poller: Poller,
  descriptors: readonly number[],
  { signal, onClose, isReady }: WaitOptions = {},
): Promise<void> {
  await new Promise<void>(resolve => {
    const done = (): void => {
      for (const fd of descriptors) poller.remove(fd, done)
      stop()
      forget?.()
      signal?.removeEventListener("abort", done)
      resolve()
    }
    for (const fd of descriptors) poller.add(fd, done)
    const stop = poller.watch()
    const forget = onClose?.(done)
    signal?.addEventListener("abort", done)
    if (signal?.aborted || isReady?.()) done()
  })
}
