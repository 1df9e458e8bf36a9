import { errnoNumber } from "../../base/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"

/** Bytes that one call can take in, both sides together: the kernel copies them to a scratch pad. */
const MAX_BYTES = 512
const WORD_MASK = 0xffff_ffffn

function words(kernel: HelperKernel, address: bigint, size: number): bigint[] {
  const at = memoryArgument(kernel, address, BigInt(size))
  return Array.from({ length: size / 4 }, (_, index) =>
    BigInt(kernel.memory.view.getUint32(at + index * 4, true)),
  )
}

/** The checksum `seed` after the bytes at `from` were replaced by those at `to`: not yet folded to 16 bits. */
const difference: HelperFunction = (kernel, [from, fromSize, to, toSize, seed]) => {
  const [left, right] = [word(fromSize), word(toSize)]
  if (((left | right) & 3) !== 0 || left + right > MAX_BYTES) return -errnoNumber("EINVAL")
  const taken = words(kernel, from, left).map(each => ~each & WORD_MASK)
  let sum = [...taken, ...words(kernel, to, right)].reduce((sum, each) => sum + each, seed & WORD_MASK)
  while (sum > WORD_MASK) sum = (sum & WORD_MASK) + (sum >> 32n)
  return sum
}

/** Helpers that reckon with checksums. */
export const CHECKSUM_HELPERS: HelperTable = { bpf_csum_diff: difference }
