// Helpers of ring buffers as compiled programs call them, from a slot.

import { refused } from "./host"
import { commit, output, reserve } from "./ring"

/** bpf_ringbuf_reserve: with flags, of which there are none yet, there is no room. */
export function reserveRecord(ring: u32, size: u32, flags: u32): u32 {
  return flags === 0 ? reserve(ring, size) : 0
}

/** bpf_ringbuf_output of bytes whose first one is kernel memory. */
export function outputRecord(ring: u32, from: u32, size: u32, flags: u32, slot: u32): i32 {
  if (<u64>from + size > (<u64>memory.size()) << 16) refused(slot, from, size)
  return output(ring, from, size, flags)
}

/** bpf_ringbuf_submit, of whatever ring. */
export function submitRecord(data: u32, slot: u32): i32 {
  if (commit(data, false) !== 0) refused(slot, data, 0)
  return 0
}

/** bpf_ringbuf_discard. */
export function discardRecord(data: u32, slot: u32): i32 {
  if (commit(data, true) !== 0) refused(slot, data, 0)
  return 0
}
