import { errnoNumber } from "../../base/index.ts"
import { RingBuffer } from "../maps/index.ts"
import { ArgumentRefusal, mapArgument, memoryArgument } from "./argument.ts"
import { DYNPTR_BYTES, type Dynptr, LARGEST_DYNPTR, readDynptr, writeDynptr } from "./dynptr.ts"
import type { HelperFunction, HelperTable } from "./helper.ts"

const NOTHING: Dynptr = { data: 0, size: 0 }
const [EINVAL, E2BIG] = [-errnoNumber("EINVAL"), -errnoNumber("E2BIG")]

/** Makes a dynptr of memory that the program has; one that is refused points to nothing. */
const fromMemory: HelperFunction = (kernel, [data, size, flags, pointer]) => {
  const at = memoryArgument(kernel, pointer, BigInt(DYNPTR_BYTES))
  const bytes = Number(size & 0xffff_ffffn)
  const result = bytes > LARGEST_DYNPTR ? E2BIG : flags === 0n ? 0 : EINVAL
  writeDynptr(
    kernel.memory,
    at,
    result === 0 ? { data: memoryArgument(kernel, data, size), size: bytes } : NOTHING,
  )
  return result
}

/** 0 when `length` bytes at `offset` are inside, else −errno. */
function refusedRange({ data, size }: Dynptr, offset: bigint, length: bigint, flags: bigint): number {
  if (data === 0 || flags !== 0n) return EINVAL
  const [at, bytes] = [Number(offset & 0xffff_ffffn), Number(length & 0xffff_ffffn)]
  return at > size || bytes > size - at ? E2BIG : 0
}

const read: HelperFunction = (kernel, [into, length, pointer, offset, flags]) => {
  const dynptr = readDynptr(kernel, pointer)
  const refused = refusedRange(dynptr, offset, length, flags)
  if (refused !== 0) return refused
  const from = dynptr.data + Number(offset)
  kernel.memory.bytes.copyWithin(memoryArgument(kernel, into, length), from, from + Number(length))
  return 0
}

const write: HelperFunction = (kernel, [pointer, offset, from, length, flags]) => {
  const dynptr = readDynptr(kernel, pointer)
  const refused = refusedRange(dynptr, offset, length, flags)
  if (refused !== 0) return refused
  const source = memoryArgument(kernel, from, length)
  kernel.memory.bytes.copyWithin(dynptr.data + Number(offset), source, source + Number(length))
  return 0
}

/** The address of a piece, or 0. */
const data: HelperFunction = (kernel, [pointer, offset, length]) => {
  const dynptr = readDynptr(kernel, pointer)
  return refusedRange(dynptr, offset, length, 0n) === 0 ? dynptr.data + Number(offset) : 0
}

/** Reserves a record in a ring buffer, of a size that is known at run time only. */
const reserve: HelperFunction = (kernel, [map, size, flags, pointer]) => {
  const ring = mapArgument(kernel, map)
  if (!(ring instanceof RingBuffer)) throw new ArgumentRefusal(`map '${ring.attributes.name}' is no ringbuf`)
  const at = memoryArgument(kernel, pointer, BigInt(DYNPTR_BYTES))
  const bytes = Number(size & 0xffff_ffffn)
  const isRefused = flags !== 0n || bytes > LARGEST_DYNPTR
  const record = isRefused ? 0 : ring.reserve(bytes)
  writeDynptr(kernel.memory, at, record === 0 ? NOTHING : { data: record, size: bytes })
  if (record !== 0) return 0
  return bytes > LARGEST_DYNPTR && flags === 0n ? E2BIG : EINVAL
}

/** Gives the record back; nothing happens to a dynptr that points to nothing. */
function commit(discard: boolean): HelperFunction {
  return (kernel, [pointer]) => {
    const { data } = readDynptr(kernel, pointer)
    if (data === 0) return 0
    writeDynptr(kernel.memory, Number(pointer), NOTHING)
    for (const map of kernel.maps()) if (map instanceof RingBuffer && map.commit(data, discard)) return 0
    throw new ArgumentRefusal("the dynptr is of no record of a ring buffer")
  }
}

/** Helpers for pointers with a size. */
export const DYNPTR_HELPERS: HelperTable = {
  bpf_dynptr_from_mem: fromMemory,
  bpf_dynptr_read: read,
  bpf_dynptr_write: write,
  bpf_dynptr_data: data,
  bpf_ringbuf_reserve_dynptr: reserve,
  bpf_ringbuf_submit_dynptr: commit(false),
  bpf_ringbuf_discard_dynptr: commit(true),
}
