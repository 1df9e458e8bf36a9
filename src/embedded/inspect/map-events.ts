import { SkepError } from "../../base/index.ts"
import type { MapEvent, MapEventOptions } from "../../kernel/index.ts"
import { type MapStorage, PerfEventArray } from "../maps/index.ts"

/** Records of a perf event array that nobody has read yet, then those that follow. See `KernelObjects.mapEvents`. */
export async function* mapEvents(map: MapStorage, { at, signal }: MapEventOptions): AsyncGenerator<MapEvent> {
  if (!(map instanceof PerfEventArray)) throw new SkepError("map is not a perf event array")
  const { records } = map
  let lost = records.lost
  while (true) {
    const taken = records.take().filter(({ cpu }) => at === undefined || cpu === at.cpu)
    for (const { bytes, cpu = 0, time = 0n } of taken)
      yield { kind: "sample", cpu, index: at?.index ?? cpu, time, bytes }
    if (records.lost > lost) {
      yield {
        kind: "lost",
        cpu: at?.cpu ?? 0,
        index: at?.index ?? 0,
        id: 0n,
        count: BigInt(records.lost - lost),
      }
      lost = records.lost
    }
    if (signal.aborted) return
    if (records.pending() === 0) await nextRecord(records, signal)
  }
}

function nextRecord(records: PerfEventArray["records"], signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      stop()
      signal.removeEventListener("abort", done)
      resolve()
    }
    const stop = records.onRecord(done)
    signal.addEventListener("abort", done)
  })
}
