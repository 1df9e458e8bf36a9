import { alignUp } from "../../../base/index.ts"
import { ACCESS, hasFlag } from "../flags.ts"
import type { MapAttributes } from "../map-storage.ts"
import {
  type Creation,
  hasEntries,
  hasValue,
  invalid,
  keySizeIs,
  LARGEST_PER_CPU,
  onlyFlags,
  programAccess,
  type Rule,
  tooBig,
  valueSizeIs,
} from "./rule.ts"

/** Addresses in the longest stack (sysctl kernel.perf_event_max_stack). */
const LONGEST_STACK = 127
/** `struct bpf_stack_build_id`: a status, an id of 20 bytes and an offset. */
const BUILD_ID = 32

/** array_map_alloc_check: only plain arrays are mapped or vary in size inside of others. */
export function arrayRules({ attributes, type }: Creation): Rule[] {
  const plain = type === "array" ? (["MMAPABLE", "INNER_MAP"] as const) : []
  const event = type === "perf_event_array" ? (["PRESERVE_ELEMS"] as const) : []
  const node = type === "percpu_array" ? [] : (["NUMA_NODE"] as const)
  return [
    hasEntries(attributes),
    keySizeIs(attributes, 4),
    hasValue(attributes),
    onlyFlags(attributes, ...node, ...ACCESS, ...plain, ...event),
    programAccess(attributes),
    tooBig(attributes.valueSize <= 0x7fffffff, `a value of ${attributes.valueSize} bytes is too large`),
  ]
}

export function perCpuArrayRules(creation: Creation): Rule[] {
  return [...arrayRules(creation), perCpuValue(creation.attributes)]
}

export function perCpuValue({ valueSize }: MapAttributes): Rule {
  const fits = alignUp(valueSize, 8) <= LARGEST_PER_CPU
  return tooBig(fits, `a per-CPU value has ${LARGEST_PER_CPU} bytes at most, not ${valueSize}`)
}

/** Arrays of descriptors: of programs, events, cgroups, maps. Programs cannot reach into them. */
export function descriptorArrayRules(creation: Creation): Rule[] {
  const { attributes } = creation
  const programFlags = hasFlag(attributes.flags, "RDONLY_PROG") || hasFlag(attributes.flags, "WRONLY_PROG")
  return [
    valueSizeIs(attributes, 4),
    invalid(!programFlags, `a ${creation.type} takes neither BPF_F_RDONLY_PROG nor BPF_F_WRONLY_PROG`),
    ...arrayRules(creation),
  ]
}

export function reuseportRules(creation: Creation): Rule[] {
  return [valueSizeIs(creation.attributes, 4, 8), ...arrayRules(creation)]
}

export function stackTraceRules(attributes: MapAttributes): Rule[] {
  const { flags, valueSize } = attributes
  const frame = hasFlag(flags, "STACK_BUILD_ID") ? BUILD_ID : 8
  return [
    onlyFlags(attributes, "NUMA_NODE", "RDONLY", "WRONLY", "STACK_BUILD_ID"),
    hasEntries(attributes),
    keySizeIs(attributes, 4),
    invalid(
      valueSize >= 8 && valueSize % frame === 0 && valueSize / frame <= LONGEST_STACK,
      `a value holds 1 to ${LONGEST_STACK} frames of ${frame} bytes, not ${valueSize} bytes`,
    ),
  ]
}
