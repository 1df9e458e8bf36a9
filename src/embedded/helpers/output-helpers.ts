import { errnoNumber } from "../../base/index.ts"
import { PerfEventArray, RingBuffer } from "../maps/index.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { mapArgument } from "./map-helpers.ts"

const EINVAL = -errnoNumber("EINVAL")
/** BPF_F_INDEX_MASK: what bpf_perf_event_output allows in flags for tracing programs. */
const INDEX_MASK = 0xffff_ffffn

/** Sends a record to a perf event array. */
const perfEventOutput: HelperFunction = (kernel, [_context, map, flags, data, size]) => {
  const array = mapArgument(kernel, map)
  if (!(array instanceof PerfEventArray) || flags > INDEX_MASK) return EINVAL
  return array.output(flags, kernel.memory.read(Number(data), Number(size)))
}

function ring(kernel: HelperKernel, map: bigint): RingBuffer | undefined {
  const found = mapArgument(kernel, map)
  return found instanceof RingBuffer ? found : undefined
}

/** The ring buffer that a reserved record lies in. */
function commit(discard: boolean): HelperFunction {
  return (kernel, [record]) => {
    for (const map of kernel.maps())
      if (map instanceof RingBuffer && map.commit(Number(record), discard)) return 0
    throw new Error(
      `BUG: an unverified program gave back 0x${record.toString(16)}, which no ring buffer reserved`,
    )
  }
}

/** Helpers that hand records to user space. */
export const OUTPUT_HELPERS: HelperTable = {
  bpf_perf_event_output: perfEventOutput,

  bpf_ringbuf_output: (kernel, [map, data, size]) =>
    ring(kernel, map)?.output(kernel.memory.read(Number(data), Number(size))) ?? EINVAL,

  bpf_ringbuf_reserve: (kernel, [map, size, flags]) =>
    flags === 0n ? (ring(kernel, map)?.reserve(Number(size)) ?? 0) : 0,

  bpf_ringbuf_submit: commit(false),
  bpf_ringbuf_discard: commit(true),
  bpf_ringbuf_query: (kernel, [map, what]) => ring(kernel, map)?.query(what) ?? 0,
}
