import { UserRingBuffer } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument } from "./argument.ts"
import { DYNPTR_BYTES, writeDynptr } from "./dynptr.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

/** Calls back with (dynptr of the record, context) for each record, until the callback returns 1; the answer is their number. */
const drain: HelperFunction = (kernel, [address, callback, context, flags], _invocation, frame) => {
  const map = mapArgument(kernel, address)
  if (!(map instanceof UserRingBuffer))
    throw new ArgumentRefusal(`map '${map.attributes.name}' is no user_ringbuf`)
  const pointer = kernel.memory.alloc(DYNPTR_BYTES)
  try {
    return map.drain((data, size) => {
      writeDynptr(kernel.memory, pointer, { data, size })
      return frame.callSubprogram(callback, [BigInt(pointer), context]) !== 0n
    }, flags)
  } finally {
    kernel.memory.free(pointer)
  }
}

/** Helpers that take records from user space. */
export const USER_RING_HELPERS: HelperTable = {
  bpf_user_ringbuf_drain: drain,
}
