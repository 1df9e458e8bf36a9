import { errnoNumber } from "../../base/index.ts"
import { PerfEventArray } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument, memoryArgument } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

const EINVAL = -errnoNumber("EINVAL")
/** Bytes of `struct bpf_perf_event_value`. */
const VALUE_BYTES = 24

function eventsArgument(kernel: HelperKernel, address: bigint): PerfEventArray {
  const map = mapArgument(kernel, address)
  if (map instanceof PerfEventArray) return map
  throw new ArgumentRefusal(`map '${map.attributes.name}' is no perf_event_array`)
}

const read: HelperFunction = (kernel, [map, flags]) => {
  const found = eventsArgument(kernel, map).readCounter(flags)
  return typeof found === "number" ? found : found.counter
}

/** Zeroes what it cannot fill in. */
const readValue: HelperFunction = (kernel, [map, flags, buffer, size]) => {
  const [at, length] = [memoryArgument(kernel, buffer, size), Number(size)]
  const { bytes, view } = kernel.memory
  const found = length === VALUE_BYTES ? eventsArgument(kernel, map).readCounter(flags) : EINVAL
  bytes.fill(0, at, at + length)
  if (typeof found === "number") return found
  view.setBigUint64(at, found.counter, true)
  view.setBigUint64(at + 8, found.enabled, true)
  view.setBigUint64(at + 16, found.running, true)
  return 0
}

/** The model's processor records no branches, as those of most virtual machines. */
const branchSnapshot: HelperFunction = (_kernel, [_entries, _size, flags]) =>
  flags === 0n ? -errnoNumber("ENOENT") : EINVAL

/** Helpers that ask perf. */
export const PERF_HELPERS: HelperTable = {
  bpf_perf_event_read: read,
  bpf_perf_event_read_value: readValue,
  bpf_get_branch_snapshot: branchSnapshot,
}
