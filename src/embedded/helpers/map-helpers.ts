import { errnoNumber } from "../../base/index.ts"
import type { MapStorage } from "../maps/index.ts"
import type { HelperKernel, HelperTable } from "./helper.ts"

/** The map an argument holds; programs that passed a verifier can hold nothing else. */
export function mapArgument(kernel: HelperKernel, address: bigint): MapStorage {
  const map = kernel.mapAt(Number(address))
  if (map) return map
  throw new Error(`BUG: an unverified program passed 0x${address.toString(16)} where a map belongs`)
}

/** Most entries that one bpf_for_each_map_elem or bpf_loop visits (BPF_MAX_LOOPS). */
const MAX_LOOPS = 8 * 1024 * 1024

export const MAP_HELPERS: HelperTable = {
  bpf_map_lookup_elem: (kernel, [map, key]) => mapArgument(kernel, map).lookup(Number(key)),

  bpf_map_update_elem: (kernel, [map, key, value, flags]) =>
    mapArgument(kernel, map).update(Number(key), Number(value), flags),

  bpf_map_delete_elem: (kernel, [map, key]) => mapArgument(kernel, map).delete(Number(key)),

  /** Calls back with (map, key, value, context) for each entry until the callback returns 1; the answer is their number. */
  bpf_for_each_map_elem: (kernel, [address, callback, context, flags], _invocation, frame) => {
    if (flags !== 0n) return -errnoNumber("EINVAL")
    const map = mapArgument(kernel, address)
    const scratch = kernel.memory.alloc(map.attributes.keySize)
    let visited = 0
    try {
      for (let key = map.nextKey(undefined); key; key = map.nextKey(key)) {
        kernel.memory.write(scratch, key)
        const value = map.lookup(scratch)
        if (value === 0) continue
        visited += 1
        if (frame.callSubprogram(callback, [address, BigInt(scratch), BigInt(value), context]) !== 0n) break
      }
    } finally {
      kernel.memory.free(scratch)
    }
    return visited
  },

  /** Calls back with (index, context) up to `count` times, until the callback returns 1; the answer is how often. */
  bpf_loop: (_kernel, [count, callback, context, flags], _invocation, frame) => {
    if (flags !== 0n) return -errnoNumber("EINVAL")
    if (count > BigInt(MAX_LOOPS)) return -errnoNumber("E2BIG")
    for (let index = 0n; index < count; index++)
      if (frame.callSubprogram(callback, [index, context]) !== 0n) return index + 1n
    return count
  },
}
