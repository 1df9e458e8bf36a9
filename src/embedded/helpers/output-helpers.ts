import { errnoNumber } from "../../base/index.ts"
import { PerfEventArray, RingBuffer } from "../maps/index.ts"
import { ArgumentRefusal, hex, mapArgument, memoryArgument, ringArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

const EINVAL = -errnoNumber("EINVAL")
/** BPF_F_INDEX_MASK: what bpf_perf_event_output allows in flags for tracing programs. */
const INDEX_MASK = 0xffff_ffffn

/** The bytes that a program sends, which it must hold itself. */
function dataArgument(kernel: HelperKernel, address: bigint, size: bigint): Uint8Array {
  return kernel.memory.read(memoryArgument(kernel, address, size), Number(size))
}

/** Sends a record to a perf event array. */
const perfEventOutput: HelperFunction = (kernel, [_context, address, flags, data, size]) => {
  const map = mapArgument(kernel, address)
  if (!(map instanceof PerfEventArray))
    throw new ArgumentRefusal(`map '${map.attributes.name}' is no perf_event_array`)
  if (flags > INDEX_MASK) return EINVAL
  return map.output(flags, dataArgument(kernel, data, size))
}

/** Gives a reserved record back to the ring buffer that it lies in. */
export function commitRecord(kernel: HelperKernel, record: bigint, discard: boolean): void {
  for (const map of kernel.maps())
    if (map instanceof RingBuffer && map.commit(Number(record), discard)) return
  throw new ArgumentRefusal(`no ring buffer has a record reserved at ${hex(record)}`)
}

function commit(discard: boolean): HelperFunction {
  return (kernel, [record]) => {
    commitRecord(kernel, record, discard)
    return 0
  }
}

/** Helpers that hand records to user space. */
export const OUTPUT_HELPERS: HelperTable = {
  bpf_perf_event_output: perfEventOutput,

  bpf_ringbuf_output: (kernel, [map, data, size, flags]) =>
    ringArgument(kernel, map).output(dataArgument(kernel, data, size), flags),

  bpf_ringbuf_reserve: (kernel, [map, size, flags]) => {
    const ring = ringArgument(kernel, map)
    return flags === 0n ? ring.reserve(Number(size)) : 0
  },

  bpf_ringbuf_submit: commit(false),
  bpf_ringbuf_discard: commit(true),
  bpf_ringbuf_query: (kernel, [map, what]) => ringArgument(kernel, map).query(what),
}
