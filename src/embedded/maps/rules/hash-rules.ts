import { ACCESS, hasFlag } from "../flags.ts"
import type { MapAttributes } from "../map-storage.ts"
import { perCpuValue } from "./array-rules.ts"
import {
  type Creation,
  hasEntries,
  hasKey,
  hasValue,
  invalid,
  LARGEST_ALLOCATION,
  needsFlag,
  onlyFlags,
  programAccess,
  type Rule,
  tooBig,
  valueSizeIs,
} from "./rule.ts"

/** `struct htab_elem` in front of key and value. */
const ELEMENT_HEADER = 48
/** A prefix length, and 1 to 256 bytes of data. */
const TRIE_KEY = { least: 5, most: 260 } as const
/** `struct lpm_trie_node` and the largest data in front of a value. */
const TRIE_NODE = 40 + 256

/** htab_map_alloc_check. */
export function hashRules({ attributes, type }: Creation): Rule[] {
  const { flags, keySize, valueSize } = attributes
  const isLru = type.startsWith("lru_")
  const isPerCpu = type.includes("percpu")
  const hasOwnLists = hasFlag(flags, "NO_COMMON_LRU")
  const rules = [
    onlyFlags(attributes, "NO_PREALLOC", "NO_COMMON_LRU", "NUMA_NODE", "ZERO_SEED", ...ACCESS),
    programAccess(attributes),
    invalid(isLru || !hasOwnLists, "BPF_F_NO_COMMON_LRU is for LRU maps"),
    notOnDemand(attributes, isLru),
    invalid(
      !hasFlag(flags, "NUMA_NODE") || !(isPerCpu || hasOwnLists),
      "what each CPU has of its own lies on its own memory node: BPF_F_NUMA_NODE is refused",
    ),
    hasEntries(attributes),
    hasKey(attributes),
    hasValue(attributes),
    tooBig(
      keySize + valueSize < LARGEST_ALLOCATION - ELEMENT_HEADER,
      `key and value of ${keySize + valueSize} bytes are too large`,
    ),
  ]
  return isPerCpu ? [...rules, perCpuValue(attributes)] : rules
}

function notOnDemand({ flags }: MapAttributes, isLru: boolean): Rule {
  const holds = !(isLru && hasFlag(flags, "NO_PREALLOC"))
  return { holds, errno: "ENOTSUPP", text: "an LRU map is always preallocated: BPF_F_NO_PREALLOC is refused" }
}

export function hashOfMapsRules(creation: Creation): Rule[] {
  return [valueSizeIs(creation.attributes, 4), ...hashRules(creation)]
}

/** trie_alloc. */
export function trieRules(attributes: MapAttributes): Rule[] {
  const { keySize, valueSize } = attributes
  const { least, most } = TRIE_KEY
  return [
    hasEntries(attributes),
    needsFlag(attributes, "NO_PREALLOC"),
    onlyFlags(attributes, "NO_PREALLOC", "NUMA_NODE", ...ACCESS),
    programAccess(attributes),
    invalid(keySize >= least && keySize <= most, `a key has ${least} to ${most} bytes, not ${keySize}`),
    hasValue(attributes),
    invalid(valueSize <= LARGEST_ALLOCATION - TRIE_NODE, `a value of ${valueSize} bytes is too large`),
  ]
}
