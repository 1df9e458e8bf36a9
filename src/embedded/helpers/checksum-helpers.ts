import { errnoNumber } from "../../base/index.ts"
import { memoryArgument, word } from "./argument.ts"
import type { HelperFunction, HelperKernel, HelperTable } from "./helper.ts"
import { skbArgument } from "./packet-argument.ts"

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

const FIELD_SIZE = 0xfn
const [PSEUDO_HEADER, MANGLED_ZERO, MARK_ENFORCED] = [0x10n, 0x20n, 0x40n]
const [EINVAL, EFAULT] = [-errnoNumber("EINVAL"), -errnoNumber("EFAULT")]
/** What stands for a checksum of 0 where 0 means that there is none. */
const ZERO_SUM = 0xffff

/** The field of a checksum in a packet, or −errno. */
function field(kernel: HelperKernel, context: bigint, offset: bigint): number {
  const skb = skbArgument(kernel, context)
  const at = word(offset)
  if (at > 0xffff || (at & 1) === 1 || at + 2 > skb.get("len")) return EFAULT
  return skb.data + at
}

/** A checksum after a field of so many bytes changed from one value to another; of size 0 `to` is a difference. */
function changed(sum: number, from: bigint, to: bigint, size: bigint): number | undefined {
  const folded = (value: bigint): number => {
    let rest = value & WORD_MASK
    while (rest > 0xffffn) rest = (rest & 0xffffn) + (rest >> 16n)
    return Number(rest)
  }
  const add = (a: number, b: number): number => (a + b > 0xffff ? a + b - 0xffff : a + b)
  const complement = ~sum & 0xffff
  switch (size) {
    case 0n:
      return ~add(complement, folded(to)) & 0xffff
    case 2n:
    case 4n: {
      const mask = size === 2n ? 0xffffn : WORD_MASK
      return ~add(add(complement, ~folded(from & mask) & 0xffff), folded(to & mask)) & 0xffff
    }
    default:
      return undefined
  }
}

const replaceNetwork: HelperFunction = (kernel, [context, offset, from, to, flags]) => {
  if ((flags & ~FIELD_SIZE) !== 0n) return EINVAL
  const at = field(kernel, context, offset)
  if (at < 0) return at
  if ((flags & FIELD_SIZE) === 0n && from !== 0n) return EINVAL
  const { view } = kernel.memory
  const sum = changed(view.getUint16(at, true), from, to, flags & FIELD_SIZE)
  if (sum === undefined) return EINVAL
  view.setUint16(at, sum, true)
  return 0
}

const replaceTransport: HelperFunction = (kernel, [context, offset, from, to, flags]) => {
  if ((flags & ~(FIELD_SIZE | PSEUDO_HEADER | MANGLED_ZERO | MARK_ENFORCED)) !== 0n) return EINVAL
  const at = field(kernel, context, offset)
  if (at < 0) return at
  const { view } = kernel.memory
  const old = view.getUint16(at, true)
  const knowsNone = (flags & MANGLED_ZERO) !== 0n
  if (knowsNone && (flags & MARK_ENFORCED) === 0n && old === 0) return 0
  if ((flags & FIELD_SIZE) === 0n && from !== 0n) return EINVAL
  const sum = changed(old, from, to, flags & FIELD_SIZE)
  if (sum === undefined) return EINVAL
  view.setUint16(at, knowsNone && sum === 0 ? ZERO_SUM : sum, true)
  return 0
}

/** BPF_CSUM_LEVEL_…, and how many checksums one inside another a packet can have. */
const [QUERY, INCREASE, DECREASE, RESET] = [0n, 1n, 2n, 3n]
const MOST_CHECKED = 4
const [EACCES, ENOTSUPP] = [-errnoNumber("EACCES"), -errnoNumber("ENOTSUPP")]

/** How deep checksums are known to be right, for headers that are put on or taken off. */
const level: HelperFunction = (kernel, [context, what]) => {
  const skb = skbArgument(kernel, context)
  switch (what) {
    case QUERY:
      return skb.checked === 0 ? EACCES : skb.checked - 1
    case INCREASE:
      skb.checked = Math.min(skb.checked + 1, MOST_CHECKED)
      return 0
    case DECREASE:
      skb.checked = Math.max(skb.checked - 1, 0)
      return 0
    case RESET:
      skb.checked = 0
      return 0
    default:
      return EINVAL
  }
}

/** Only cards that sum whole packets up (CHECKSUM_COMPLETE) leave something to change: there are none. */
const update: HelperFunction = () => ENOTSUPP

/** Helpers that reckon with checksums. */
export const CHECKSUM_HELPERS: HelperTable = {
  bpf_csum_diff: difference,
  bpf_l3_csum_replace: replaceNetwork,
  bpf_l4_csum_replace: replaceTransport,
  bpf_csum_level: level,
  bpf_csum_update: update,
}
