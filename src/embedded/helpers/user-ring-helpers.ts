import { DYNPTR_TYPE, writeDynptr } from "../dynptr/dynptr.ts"
import { UserRingBuffer } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

/** Bytes of `struct bpf_dynptr`. */
const DYNPTR_BYTES = 16

/** Calls back with (dynptr of the record, context) for each record, until the callback returns 1; the answer is their number. */
const drain: HelperFunction = (kernel, [address, callback, context, flags], _invocation, frame) => {
  const map = mapArgument(kernel, address)
  if (!(map instanceof UserRingBuffer))
    throw new ArgumentRefusal(`map '${map.attributes.name}' is no user_ringbuf`)
  const at = kernel.memory.alloc(DYNPTR_BYTES)
  try {
    return map.drain((data, size) => {
      writeDynptr(kernel, { at, data, size, offset: 0, type: DYNPTR_TYPE.local, readOnly: false })
      return frame.callSubprogram(callback, [BigInt(at), context]) !== 0n
    }, flags)
  } finally {
    kernel.memory.free(at)
  }
}

/** Helpers that take records from user space. */
export const USER_RING_HELPERS: HelperTable = {
  bpf_user_ringbuf_drain: drain,
}
