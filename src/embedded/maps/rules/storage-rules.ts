import { ACCESS } from "../flags.ts"
import type { MapAttributes } from "../map-storage.ts"
import {
  type Creation,
  hasNoEntries,
  hasValue,
  invalid,
  keySizeIs,
  LARGEST_PER_CPU,
  needsFlag,
  onlyFlags,
  programAccess,
  type Rule,
  tooBig,
} from "./rule.ts"

/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE: an element's size fits 16 bits, of which its header takes 128 bytes. */
const LARGEST_STORAGE = 0xffff - 128
/** BPF_F_LINK. */
const STRUCT_OPS_LINK_SINCE = "6.4"
/** `struct bpf_cgroup_storage_key` with its padding, or a cgroup id alone. */
const CGROUP_KEYS = [16, 8]

/** bpf_local_storage_map_alloc_check. */
export function storageRules(attributes: MapAttributes): Rule[] {
  const { types, valueSize } = attributes
  return [
    onlyFlags(attributes, "NO_PREALLOC", "CLONE"),
    needsFlag(attributes, "NO_PREALLOC"),
    hasNoEntries(attributes),
    keySizeIs(attributes, 4),
    hasValue(attributes),
    invalid(
      types !== undefined && types.key !== 0 && types.value !== 0,
      "it needs BTF types for key and value",
    ),
    tooBig(valueSize <= LARGEST_STORAGE, `a value has ${LARGEST_STORAGE} bytes at most, not ${valueSize}`),
  ]
}

/** cgroup_storage_map_alloc. */
export function cgroupStorageRules({ attributes, type }: Creation): Rule[] {
  const { valueSize } = attributes
  const largest = type === "cgroup_storage" ? LARGEST_STORAGE : LARGEST_PER_CPU
  return [
    keySizeIs(attributes, ...CGROUP_KEYS),
    hasValue(attributes),
    tooBig(valueSize <= largest, `a value has ${largest} bytes at most, not ${valueSize}`),
    onlyFlags(attributes, "NUMA_NODE", ...ACCESS),
    programAccess(attributes),
    hasNoEntries(attributes),
  ]
}

/** bpf_struct_ops_map_alloc_check, and what the type must be. */
export function structOpsRules({ attributes, host }: Creation): Rule[] {
  const { maxEntries, types, flags } = attributes
  const isOperations = types?.kernelValue !== undefined && host.isOperations(types.kernelValue)
  return [
    invalid(
      flags === 0 || host.since(STRUCT_OPS_LINK_SINCE),
      '.struct_ops.link needs Linux 6.4: SEC(".struct_ops") works on older ones',
    ),
    keySizeIs(attributes, 4),
    invalid(maxEntries === 1, `max_entries is 1, not ${maxEntries}`),
    invalid(Boolean(types?.kernelValue), "it needs a type of the kernel for its value"),
    { holds: isOperations, errno: "ENOTSUPP", text: "the type of its value is no struct of operations" },
  ]
}
