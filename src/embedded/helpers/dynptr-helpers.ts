import { errnoNumber } from "../../base/index.ts"
import {
  clearDynptr,
  DYNPTR_TYPE,
  dynptrArgument,
  dynptrPlace,
  dynptrRange,
  MAX_DYNPTR_SIZE,
  writeDynptr,
} from "../dynptr/dynptr.ts"
import { memoryArgument, ringArgument, word } from "./argument.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"
import { commitRecord } from "./output-helpers.ts"

const EINVAL = -errnoNumber("EINVAL")
const E2BIG = -errnoNumber("E2BIG")

const fromMemory: HelperFunction = (kernel, [data, sizeWord, flags, dynptr]) => {
  const [at, size] = [dynptrPlace(kernel, dynptr), word(sizeWord)]
  clearDynptr(kernel, at)
  if (size > MAX_DYNPTR_SIZE) return E2BIG
  if (flags !== 0n) return EINVAL
  // A null pointer could not be told from the null dynptr.
  const address = size === 0 ? Number(data) : memoryArgument(kernel, data, BigInt(size))
  writeDynptr(kernel, { at, data: address, size, offset: 0, type: DYNPTR_TYPE.local, readOnly: false })
  return 0
}

const read: HelperFunction = (kernel, [destination, lengthWord, dynptr, offset, flags]) => {
  const from = dynptrArgument(kernel, dynptr)
  const length = word(lengthWord)
  if (from.data === 0 || flags !== 0n) return EINVAL
  const source = dynptrRange(from, word(offset), length)
  if (source === 0) return E2BIG
  const to = memoryArgument(kernel, destination, BigInt(length))
  kernel.memory.bytes.copyWithin(to, source, source + length)
  return 0
}

const write: HelperFunction = (kernel, [dynptr, offset, source, lengthWord, flags]) => {
  const to = dynptrArgument(kernel, dynptr)
  const length = word(lengthWord)
  if (to.data === 0 || to.readOnly) return EINVAL
  const target = dynptrRange(to, word(offset), length)
  if (target === 0) return E2BIG
  if (flags !== 0n) return EINVAL
  const from = memoryArgument(kernel, source, BigInt(length))
  kernel.memory.bytes.copyWithin(target, from, from + length)
  return 0
}

const data: HelperFunction = (kernel, [dynptr, offset, length]) => {
  const from = dynptrArgument(kernel, dynptr)
  if (from.data === 0 || from.readOnly) return 0
  return dynptrRange(from, word(offset), word(length))
}

const reserve: HelperFunction = (kernel, [map, sizeWord, flags, dynptr]) => {
  const ring = ringArgument(kernel, map)
  const [at, size] = [dynptrPlace(kernel, dynptr), word(sizeWord)]
  clearDynptr(kernel, at)
  if (flags !== 0n) return EINVAL
  if (size > MAX_DYNPTR_SIZE) return E2BIG
  const record = ring.reserve(size)
  if (record === 0) return EINVAL
  writeDynptr(kernel, { at, data: record, size, offset: 0, type: DYNPTR_TYPE.ringbuf, readOnly: false })
  return 0
}

/** Also for a dynptr that `reserve` left null: verifiers insist on the call. */
function commit(discard: boolean): HelperFunction {
  return (kernel, [dynptr]) => {
    const record = dynptrArgument(kernel, dynptr)
    if (record.data !== 0) commitRecord(kernel, BigInt(record.data), discard)
    clearDynptr(kernel, record.at)
    return 0
  }
}

/** Helpers for pieces of memory whose size is known at run time only. */
export const DYNPTR_HELPERS: HelperTable = {
  bpf_dynptr_from_mem: fromMemory,
  bpf_dynptr_read: read,
  bpf_dynptr_write: write,
  bpf_dynptr_data: data,
  bpf_ringbuf_reserve_dynptr: reserve,
  bpf_ringbuf_submit_dynptr: commit(false),
  bpf_ringbuf_discard_dynptr: commit(true),
}
