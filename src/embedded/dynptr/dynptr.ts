import { ArgumentRefusal, hex, memoryArgument } from "../helpers/argument.ts"
import type { HelperKernel } from "../helpers/helper.ts"

/** Bytes of `struct bpf_dynptr`: a pointer, a word of size, type and flags, an offset. */
const DYNPTR_BYTES = 16
const [SIZE, OFFSET] = [8, 12]

/** What is in the word beside the size (kernel/bpf/helpers.c, DYNPTR_…). */
const SIZE_MASK = 0xff_ffff
const TYPE_SHIFT = 28
const TYPE_MASK = 7
const READ_ONLY = 0x8000_0000

/** The largest piece of memory that a dynptr stands for. */
export const MAX_DYNPTR_SIZE = SIZE_MASK

/** Kinds of memory behind a dynptr, by their number in it. */
export const DYNPTR_TYPE = { local: 1, ringbuf: 2, skb: 3, xdp: 4 } as const

const KINDS: readonly number[] = Object.values(DYNPTR_TYPE)

/** A dynptr as it lies on the program's stack, as in Linux: nothing of it is kept elsewhere. */
export interface Dynptr {
  /** Where its 16 bytes are. */
  readonly at: number
  /** Where its memory starts, before the offset; 0 for the null dynptr. */
  readonly data: number
  readonly size: number
  readonly offset: number
  readonly type: number
  readonly readOnly: boolean
}

/** Where a dynptr is to be written. */
export function dynptrPlace(kernel: HelperKernel, address: bigint): number {
  return memoryArgument(kernel, address, BigInt(DYNPTR_BYTES))
}

/** Reads a dynptr and refuses one that no helper can have made. */
export function dynptrArgument(kernel: HelperKernel, address: bigint): Dynptr {
  const at = dynptrPlace(kernel, address)
  const { view } = kernel.memory
  const [pointer, word, offset] = [
    view.getBigUint64(at, true),
    view.getUint32(at + SIZE, true),
    view.getUint32(at + OFFSET, true),
  ]
  const size = word & SIZE_MASK
  const type = (word >>> TYPE_SHIFT) & TYPE_MASK
  if (pointer === 0n) return { at, data: 0, size: 0, offset: 0, type: 0, readOnly: false }
  if (!KINDS.includes(type))
    throw new ArgumentRefusal(`the argument ${hex(address)} is no dynptr: it says it is of type ${type}`)
  if (pointer >= 1n << 53n || !kernel.memory.isKernel(Number(pointer) + offset, size))
    throw new ArgumentRefusal(
      `the argument ${hex(address)} is no dynptr: there are no ${size} bytes at ${hex(pointer)} + ${offset}`,
    )
  return { at, data: Number(pointer), size, offset, type, readOnly: word >>> 0 >= READ_ONLY }
}

export function writeDynptr(
  { memory: { view } }: HelperKernel,
  { at, data, size, offset, type, readOnly }: Dynptr,
): void {
  view.setBigUint64(at, BigInt(data), true)
  view.setUint32(at + SIZE, (size | (type << TYPE_SHIFT) | (readOnly ? READ_ONLY : 0)) >>> 0, true)
  view.setUint32(at + OFFSET, offset, true)
}

export function clearDynptr({ memory }: HelperKernel, at: number): void {
  memory.bytes.fill(0, at, at + DYNPTR_BYTES)
}

/** The address of `length` bytes at `offset`, or 0 where the dynptr does not reach so far. */
export function dynptrRange({ data, size, offset: start }: Dynptr, offset: number, length: number): number {
  return length > size || offset > size - length ? 0 : data + start + offset
}
