import type { MapAttributes } from "../map-storage.ts"
import { hasEntries, hasKey, keySizeIs, onlyFlags, type Rule, tooBig, valueSizeIs } from "./rule.ts"

/** Processors that a kernel may be built for (NR_CPUS of Debian's). */
const MOST_CPUS = 8192
/** Keys are copied to a program's stack. */
const LARGEST_SOCKET_KEY = 512

/** devmap and devmap_hash: values hold an interface, and a program if they have 8 bytes. */
export function deviceMapRules(attributes: MapAttributes): Rule[] {
  return [
    hasEntries(attributes),
    keySizeIs(attributes, 4),
    valueSizeIs(attributes, 4, 8),
    onlyFlags(attributes, "NUMA_NODE", "RDONLY", "WRONLY"),
  ]
}

/** cpumap: values hold the size of a queue, and a program if they have 8 bytes. */
export function cpuMapRules(attributes: MapAttributes): Rule[] {
  const { maxEntries } = attributes
  return [
    hasEntries(attributes),
    keySizeIs(attributes, 4),
    valueSizeIs(attributes, 4, 8),
    onlyFlags(attributes, "NUMA_NODE"),
    tooBig(maxEntries <= MOST_CPUS, `there are ${MOST_CPUS} processors at most, not ${maxEntries}`),
  ]
}

export function xskMapRules(attributes: MapAttributes): Rule[] {
  return [
    hasEntries(attributes),
    keySizeIs(attributes, 4),
    valueSizeIs(attributes, 4),
    onlyFlags(attributes, "NUMA_NODE", "RDONLY", "WRONLY"),
  ]
}

/** sockmap: values of 8 bytes can be read as cookies. */
export function socketMapRules(attributes: MapAttributes): Rule[] {
  return [
    hasEntries(attributes),
    keySizeIs(attributes, 4),
    valueSizeIs(attributes, 4, 8),
    onlyFlags(attributes, "NUMA_NODE", "RDONLY", "WRONLY"),
  ]
}

export function socketHashRules(attributes: MapAttributes): Rule[] {
  const { keySize } = attributes
  return [
    hasEntries(attributes),
    hasKey(attributes),
    valueSizeIs(attributes, 4, 8),
    onlyFlags(attributes, "NUMA_NODE", "RDONLY", "WRONLY"),
    tooBig(keySize <= LARGEST_SOCKET_KEY, `a key has ${LARGEST_SOCKET_KEY} bytes at most, not ${keySize}`),
  ]
}
