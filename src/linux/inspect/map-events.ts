import { SkepError } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { MapEvent, MapEventOptions } from "../../kernel/index.ts"
import type { Bpf } from "../bpf/bpf.ts"
import type { Poller } from "../ffi/epoll.ts"
import { PerfRing } from "../read/perf-buffer.ts"
import { whenReadable } from "../read/records.ts"
import { requireById } from "./object-store.ts"

/** Pages of each CPU's ring. */
const PAGES = 16

/** What the machine offers to whoever waits for events. */
export interface EventHost {
  readonly bpf: Bpf
  readonly poller: Poller
  readonly onlineCpus: readonly number[]
}

/** See `KernelObjects.mapEvents`. */
export async function* mapEvents(
  { bpf, poller, onlineCpus }: EventHost,
  map: { readonly id: number; readonly type: number },
  { at, signal }: MapEventOptions,
): AsyncGenerator<MapEvent> {
  if (mapType(map.type)?.name !== "perf_event_array") throw new SkepError("map is not a perf event array")
  using descriptor = requireById(bpf, "map", map.id)
  const places = at ? [at] : onlineCpus.map(cpu => ({ cpu, index: cpu }))
  const rings: { readonly ring: PerfRing; readonly index: number }[] = []
  try {
    for (const { cpu, index } of places)
      rings.push({ ring: new PerfRing(bpf, descriptor.fd, cpu, { pages: PAGES, slot: index }), index })
    const descriptors = rings.map(({ ring }) => ring.event.fd)
    const isReady = (): boolean => rings.some(({ ring }) => ring.isReady)
    while (!signal.aborted) {
      const events = rings.flatMap(({ ring, index }) => ring.takeEvents().map(event => ({ ...event, index })))
      if (events.length > 0) yield* events
      else await whenReadable(poller, descriptors, { signal, isReady })
    }
  } finally {
    for (const { ring } of rings) ring[Symbol.dispose]()
  }
}
