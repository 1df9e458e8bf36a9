import { ACCESS } from "../flags.ts"
import type { MapAttributes } from "../map-storage.ts"
import {
  type Creation,
  hasEntries,
  hasValue,
  invalid,
  keySizeIs,
  LARGEST_ALLOCATION,
  needsFlag,
  onlyFlags,
  programAccess,
  type Rule,
  tooBig,
  valueSizeIs,
} from "./rule.ts"

const PAGE = 4096
const FOUR_GIB = 2 ** 32
/** The most that one map may take of the model's memory. */
const LARGEST_AREA = 2 ** 29
/** Of the numbers in map_extra, the hash functions of a bloom filter have four bits. */
const HASH_FUNCTIONS = 0xfn
/** Seen in 6.12.117, not in 6.1.192, which asks for the memory. */
const QUEUE_SIZE_CHECKED_SINCE = "6.12"

/** queue_stack_map_alloc_check. */
export function queueRules({ attributes, host }: Creation): Rule[] {
  const { maxEntries, valueSize } = attributes
  const size = (maxEntries + 1) * valueSize
  const isChecked = host.since(QUEUE_SIZE_CHECKED_SINCE)
  return [
    hasEntries(attributes),
    keySizeIs(attributes, 0),
    hasValue(attributes),
    onlyFlags(attributes, "NUMA_NODE", ...ACCESS),
    programAccess(attributes),
    tooBig(valueSize <= LARGEST_ALLOCATION, `a value of ${valueSize} bytes is too large`),
    tooBig(
      !isChecked || maxEntries < Math.floor(0xffffffff / valueSize),
      `${maxEntries} entries of ${valueSize} bytes are more than 4 GiB`,
    ),
    fitsMemory(size),
  ]
}

/** bloom_map_alloc_check and bloom_map_alloc. */
export function bloomFilterRules(attributes: MapAttributes): Rule[] {
  const { valueSize, extra } = attributes
  return [
    tooBig(valueSize <= LARGEST_ALLOCATION, `a value of ${valueSize} bytes is too large`),
    keySizeIs(attributes, 0),
    hasValue(attributes),
    hasEntries(attributes),
    onlyFlags(attributes, "NUMA_NODE", "ZERO_SEED", ...ACCESS),
    programAccess(attributes),
    invalid(extra <= HASH_FUNCTIONS, `map_extra is the number of hash functions, 15 at most, not ${extra}`),
  ]
}

/** ringbuf_map_alloc, for both directions. */
export function ringRules(attributes: MapAttributes): Rule[] {
  const { maxEntries } = attributes
  const isPowerOfTwo = maxEntries > 0 && Number.isInteger(Math.log2(maxEntries))
  return [
    onlyFlags(attributes, "NUMA_NODE"),
    keySizeIs(attributes, 0),
    valueSizeIs(attributes, 0),
    invalid(
      isPowerOfTwo && maxEntries % PAGE === 0,
      `max_entries is its size in bytes, a power of two and a multiple of ${PAGE}, not ${maxEntries}`,
    ),
    fitsMemory(maxEntries),
  ]
}

/** arena_map_alloc: max_entries counts pages, map_extra is where user space sees them. */
export function arenaRules(attributes: MapAttributes): Rule[] {
  const { maxEntries, extra } = attributes
  const size = maxEntries * PAGE
  const last = extra + BigInt(Math.max(size, 1)) - 1n
  return [
    keySizeIs(attributes, 0),
    valueSizeIs(attributes, 0),
    hasEntries(attributes),
    needsFlag(attributes, "MMAPABLE"),
    onlyFlags(attributes, "MMAPABLE", "SEGV_ON_FAULT", "NO_USER_CONV"),
    invalid(extra % BigInt(PAGE) === 0n, `map_extra is an address of a page, not 0x${extra.toString(16)}`),
    tooBig(size <= FOUR_GIB, `${maxEntries} pages are more than 4 GiB`),
    {
      holds: extra >> 32n === last >> 32n,
      errno: "ERANGE",
      text: "in user space it must not cross a boundary of 4 GiB",
    },
  ]
}

function fitsMemory(size: number): Rule {
  return { holds: size <= LARGEST_AREA, errno: "ENOMEM", text: `there is no memory for ${size} bytes` }
}
