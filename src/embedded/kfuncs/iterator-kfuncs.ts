import { errnoNumber } from "../../base/index.ts"
import { memoryArgument, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "../helpers/helper.ts"
import { int } from "./result.ts"

const EINVAL = int(-errnoNumber("EINVAL"))
const E2BIG = int(-errnoNumber("E2BIG"))
const EFAULT = int(-errnoNumber("EFAULT"))

/** Most numbers that one iterator gives (BPF_MAX_LOOPS). */
const MAX_NUMBERS = 8 * 1024 * 1024
/** `struct bpf_iter_num`: the number it is at, and where it ends. */
const NUMBERS_BYTES = 8n
const NUMBERS_END = 4

const numbersNew: HelperFunction = (kernel, [iterator, from, to]) => {
  const at = memoryArgument(kernel, iterator, NUMBERS_BYTES)
  const { view } = kernel.memory
  const [start, end] = [word(from) | 0, word(to) | 0]
  view.setBigUint64(at, 0n, true)
  if (start > end) return EINVAL
  if (end - start > MAX_NUMBERS) return E2BIG
  view.setInt32(at, start - 1, true)
  view.setInt32(at + NUMBERS_END, end, true)
  return 0
}

/** The next number's address inside of the iterator itself, or 0 at the end. */
const numbersNext: HelperFunction = (kernel, [iterator]) => {
  const at = memoryArgument(kernel, iterator, NUMBERS_BYTES)
  const { view } = kernel.memory
  const next = (view.getInt32(at, true) + 1) | 0
  if (next >= view.getInt32(at + NUMBERS_END, true)) {
    view.setBigUint64(at, 0n, true)
    return 0
  }
  view.setInt32(at, next, true)
  return at
}

const numbersDestroy: HelperFunction = (kernel, [iterator]) => {
  kernel.memory.view.setBigUint64(memoryArgument(kernel, iterator, NUMBERS_BYTES), 0n, true)
  return 0
}

/** `struct bpf_iter_bits`: the word (or the address of more of them), how many bits, and the bit it is at. */
const BITS_BYTES = 16n
const [BITS_COUNT, BITS_AT] = [8, 12]
const WORD_BITS = 64
const MAX_WORDS = 511

const bitsNew: HelperFunction = (kernel, [iterator, source, count]) => {
  const at = memoryArgument(kernel, iterator, BITS_BYTES)
  const { memory } = kernel
  const words = word(count)
  memory.bytes.fill(0, at, at + Number(BITS_BYTES))
  memory.view.setInt32(at + BITS_AT, -1, true)
  if (source === 0n || words === 0) return EINVAL
  if (words > MAX_WORDS) return E2BIG
  if (source >= 1n << 47n || !memory.isKernel(Number(source), words * 8)) return EFAULT
  const bytes = memory.read(Number(source), words * 8)
  if (words === 1) memory.write(at, bytes)
  else {
    const copy = memory.alloc(bytes.length)
    memory.write(copy, bytes)
    memory.view.setBigUint64(at, BigInt(copy), true)
    kernel.fields.held.set(copy, BITS_COPY)
  }
  memory.view.setInt32(at + BITS_COUNT, words * WORD_BITS, true)
  return 0
}

/** What stands in `held` for the words of an iterator. */
const BITS_COPY = "bpf_iter_bits"

/** Where the words of an iterator of `bits` bits lie; 0 when a program has bent it. */
function wordsOf({ memory, fields }: HelperKernel, at: number, bits: number): number {
  if (bits === WORD_BITS) return at
  const copy = Number(memory.view.getBigUint64(at, true))
  return fields.held.get(copy) === BITS_COPY ? copy : 0
}

const bitsNext: HelperFunction = (kernel, [iterator]) => {
  const at = memoryArgument(kernel, iterator, BITS_BYTES)
  const { view } = kernel.memory
  const bits = view.getInt32(at + BITS_COUNT, true)
  const words = bits > 0 ? wordsOf(kernel, at, bits) : 0
  if (words === 0) return 0
  const limit = Math.min(bits, MAX_WORDS * WORD_BITS)
  let bit = Math.max(view.getInt32(at + BITS_AT, true), -1) + 1
  while (bit < limit && ((view.getUint8(words + (bit >> 3)) >> (bit & 7)) & 1) === 0) bit++
  view.setInt32(at + BITS_AT, Math.min(bit, limit), true)
  return bit < limit ? at + BITS_AT : 0
}

const bitsDestroy: HelperFunction = (kernel, [iterator]) => {
  const at = memoryArgument(kernel, iterator, BITS_BYTES)
  const bits = kernel.memory.view.getInt32(at + BITS_COUNT, true)
  const words = bits > WORD_BITS ? wordsOf(kernel, at, bits) : 0
  if (words === 0) return 0
  kernel.fields.held.delete(words)
  kernel.memory.free(words)
  return 0
}

/** Iterators that live on the program's stack: over numbers, and over the bits that are set in a piece of memory. */
export const ITERATOR_KFUNCS: HelperTable = {
  bpf_iter_num_new: numbersNew,
  bpf_iter_num_next: numbersNext,
  bpf_iter_num_destroy: numbersDestroy,
  bpf_iter_bits_new: bitsNew,
  bpf_iter_bits_next: bitsNext,
  bpf_iter_bits_destroy: bitsDestroy,
}
