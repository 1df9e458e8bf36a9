import { errnoNumber } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import { TailCall } from "../../engine/index.ts"
import { copyValue, fieldOf } from "../fields/index.ts"
import { type MapStorage, ProgArray } from "../maps/index.ts"
import { BPF_EXIST, BPF_NOEXIST } from "../maps/map-base.ts"
import { ArgumentRefusal, mapArgument, memoryArgument } from "./argument.ts"
import { requireUnlocked } from "./field-helpers.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

/** Most entries that one bpf_for_each_map_elem or bpf_loop visits (BPF_MAX_LOOPS). */
const MAX_LOOPS = 8 * 1024 * 1024

/** The flag that asks for the lock in the value. */
const BPF_F_LOCK = 4n

/** The address of a key for this map, and of a value. */
function keyArgument(kernel: HelperKernel, map: MapStorage, key: bigint): number {
  return memoryArgument(kernel, key, BigInt(map.attributes.keySize))
}

const lookup: HelperFunction = (kernel, [address, key]) => {
  const map = mapArgument(kernel, address)
  return map.lookup(keyArgument(kernel, map, key))
}

/**
 * What an operation answers as the program sees it. Before 6.4 these functions of the kernel returned `int`, whose
 * register has an upper half of zeros: a program that keeps it in a `long` sees errors as large positive numbers.
 */
export function answer(kernel: HelperKernel, result: number): bigint {
  return BigInt.asUintN(kernel.since("6.4") ? 64 : 32, BigInt(result))
}

/** The value of any CPU; 0 for a CPU that cannot be. */
const lookupPerCpu: HelperFunction = (kernel, [address, key, cpu]) => {
  const map = mapArgument(kernel, address)
  return map.valueOf(keyArgument(kernel, map, key), Number(cpu & 0xffff_ffffn))
}

const update: HelperFunction = (kernel, [address, key, value, flags]) => {
  const map = mapArgument(kernel, address)
  const from = memoryArgument(kernel, value, BigInt(map.attributes.valueSize))
  if ((flags & BPF_F_LOCK) !== 0n)
    return answer(kernel, updateLocked(kernel, map, keyArgument(kernel, map, key), from, flags & ~BPF_F_LOCK))
  return answer(kernel, map.update(keyArgument(kernel, map, key), from, flags))
}

/** A value that is there is changed in place under its lock: what special fields of a hash's value hold stays then. */
function updateLocked(
  kernel: HelperKernel,
  map: MapStorage,
  key: number,
  from: number,
  flags: bigint,
): number {
  const { layout, valueSize, type } = map.attributes
  const lock = fieldOf(layout, "spinLock")
  if (!lock || flags > BPF_EXIST) return -errnoNumber("EINVAL")
  const to = map.valueOf(key, kernel.cpu())
  if (to !== 0) requireUnlocked(kernel, to + lock.offset)
  if (to === 0 || flags === BPF_NOEXIST || mapType(type)?.name === "array")
    return map.update(key, from, flags)
  copyValue(kernel.memory, layout, valueSize, to, from)
  return 0
}

const remove: HelperFunction = (kernel, [address, key]) => {
  const map = mapArgument(kernel, address)
  return answer(kernel, map.delete(keyArgument(kernel, map, key)))
}

/** Calls back with (map, key, value, context) for each entry until the callback returns 1; the answer is their number. */
const forEach: HelperFunction = (kernel, [address, callback, context, flags], _invocation, frame) => {
  if (flags !== 0n) return answer(kernel, -errnoNumber("EINVAL"))
  const map = mapArgument(kernel, address)
  const scratch = kernel.memory.alloc(map.attributes.keySize)
  let visited = 0
  try {
    for (let key = map.nextKey(undefined); key; key = map.nextKey(key)) {
      kernel.memory.write(scratch, key)
      const value = map.valueOf(scratch, kernel.cpu())
      if (value === 0) continue
      visited += 1
      if (frame.callSubprogram(callback, [address, BigInt(scratch), BigInt(value), context]) !== 0n) break
    }
  } finally {
    kernel.memory.free(scratch)
  }
  return visited
}

/** Calls back with (index, context) up to `count` times, until the callback returns 1; the answer is how often. */
const loop: HelperFunction = (_kernel, [count, callback, context, flags], _invocation, frame) => {
  const times = count & 0xffff_ffffn
  if (flags !== 0n) return -errnoNumber("EINVAL")
  // The verifier puts the loop into the program itself, with a 32-bit move for this answer.
  if (times > BigInt(MAX_LOOPS)) return BigInt.asUintN(32, BigInt(-errnoNumber("E2BIG")))
  for (let index = 0n; index < times; index++)
    if (frame.callSubprogram(callback, [index, context]) !== 0n) return index + 1n
  return times
}

/** Goes on in another program; from an empty slot, or past the end of the map, this program goes on itself. */
const tailCall: HelperFunction = (kernel, [_context, address, index]) => {
  const map = mapArgument(kernel, address)
  if (!(map instanceof ProgArray)) throw new ArgumentRefusal(`map '${map.attributes.name}' is no prog_array`)
  const target = map.program(Number(index & 0xffff_ffffn))
  return target ? new TailCall(target.tailCalled) : 0n
}

/** Helpers that work on maps. */
export const MAP_HELPERS: HelperTable = {
  bpf_map_lookup_elem: lookup,
  bpf_map_lookup_percpu_elem: lookupPerCpu,
  bpf_map_update_elem: update,
  bpf_map_delete_elem: remove,
  bpf_for_each_map_elem: forEach,
  bpf_loop: loop,
  bpf_tail_call: tailCall,
}
