import { type Errno, MapError, NotModelledError } from "../../base/index.ts"
import { type MapTypeName, mapType } from "../../catalog/index.ts"
import { ArrayMap } from "./array-map.ts"
import { HashMap } from "./hash-map.ts"
import { LruHashMap } from "./lru-hash-map.ts"
import { BPF_F_NO_COMMON_LRU, BPF_F_NO_PREALLOC } from "./map-base.ts"
import type { MapAttributes, MapHost, MapStorage } from "./map-storage.ts"
import { PerfEventArray } from "./perf-event-array.ts"
import { ProgArray } from "./prog-array.ts"
import { RingBuffer } from "./ring-buffer.ts"

const PAGE = 4096
const MAX_PER_CPU_VALUE = 32768

/** One thing BPF_MAP_CREATE checks: what must hold, and what is answered otherwise. */
interface Rule {
  readonly holds: boolean
  readonly errno: Errno
  readonly text: string
}

/** Makes a map as BPF_MAP_CREATE does. Throws MapError with Linux's errno, or NotModelledError for a type that is not here yet. */
export function createMap(host: MapHost, id: number, attributes: MapAttributes): MapStorage {
  const name = mapType(attributes.type)?.name as MapTypeName | undefined
  const { cpus } = host
  switch (name) {
    case "array":
      check(attributes, arrayRules(attributes))
      return new ArrayMap(host, id, attributes)
    case "prog_array":
      check(attributes, [...arrayRules(attributes), descriptorRule(attributes)])
      return new ProgArray(host, id, attributes)
    case "percpu_array":
      check(attributes, [...arrayRules(attributes), perCpuRule(attributes)])
      return new ArrayMap(host, id, attributes, cpus)
    case "hash":
      check(attributes, hashRules(attributes))
      return new HashMap(host, id, attributes, 1)
    case "percpu_hash":
      check(attributes, hashRules(attributes))
      return new HashMap(host, id, attributes, cpus)
    case "lru_hash":
      check(attributes, [...hashRules(attributes), lruRule(attributes)])
      return new LruHashMap(host, id, attributes, 1)
    case "lru_percpu_hash":
      check(attributes, [...hashRules(attributes), lruRule(attributes)])
      return new LruHashMap(host, id, attributes, cpus)
    case "perf_event_array":
      check(attributes, [...arrayRules(attributes), descriptorRule(attributes)])
      return new PerfEventArray(host, id, attributes)
    case "ringbuf":
      check(attributes, ringRules(attributes))
      return new RingBuffer(host, id, attributes)
    default:
      throw new NotModelledError(
        `map '${attributes.name}': map type ${name ?? attributes.type} is not modelled by the embedded kernel yet`,
      )
  }
}

function check(attributes: MapAttributes, rules: readonly Rule[]): void {
  const broken = rules.find(rule => !rule.holds)
  if (broken)
    throw new MapError(`map '${attributes.name}': failed to create: ${broken.text} (${broken.errno})`, {
      errno: broken.errno,
    })
}

function arrayRules({ keySize, valueSize, maxEntries, flags }: MapAttributes): Rule[] {
  return [
    { holds: keySize === 4, errno: "EINVAL", text: `an array's key has 4 bytes, not ${keySize}` },
    { holds: valueSize > 0, errno: "EINVAL", text: "value_size is 0" },
    { holds: maxEntries > 0, errno: "EINVAL", text: "max_entries is 0" },
    {
      holds: (flags & (BPF_F_NO_PREALLOC | BPF_F_NO_COMMON_LRU)) === 0,
      errno: "EINVAL",
      text: "an array takes neither BPF_F_NO_PREALLOC nor BPF_F_NO_COMMON_LRU",
    },
  ]
}

/** Values of all CPUs come from one allocator that hands out no larger pieces (PCPU_MIN_UNIT_SIZE). */
function perCpuRule({ valueSize }: MapAttributes): Rule {
  const holds = valueSize <= MAX_PER_CPU_VALUE
  return {
    holds,
    errno: "E2BIG",
    text: `a per-CPU value has ${MAX_PER_CPU_VALUE} bytes at most, not ${valueSize}`,
  }
}

function hashRules({ keySize, valueSize, maxEntries }: MapAttributes): Rule[] {
  return [
    { holds: keySize > 0, errno: "EINVAL", text: "key_size is 0" },
    { holds: valueSize > 0, errno: "EINVAL", text: "value_size is 0" },
    { holds: maxEntries > 0, errno: "EINVAL", text: "max_entries is 0" },
  ]
}

function lruRule({ flags }: MapAttributes): Rule {
  const holds = (flags & BPF_F_NO_PREALLOC) === 0
  return { holds, errno: "ENOTSUPP", text: "an LRU map is always preallocated: BPF_F_NO_PREALLOC is refused" }
}

function descriptorRule({ valueSize }: MapAttributes): Rule {
  return {
    holds: valueSize === 4,
    errno: "EINVAL",
    text: `values are descriptors of 4 bytes, not ${valueSize}`,
  }
}

function ringRules({ keySize, valueSize, maxEntries }: MapAttributes): Rule[] {
  const isPowerOfTwo = maxEntries > 0 && (maxEntries & (maxEntries - 1)) === 0
  return [
    {
      holds: keySize === 0 && valueSize === 0,
      errno: "EINVAL",
      text: "a ring buffer has neither key nor value",
    },
    {
      holds: isPowerOfTwo && maxEntries % PAGE === 0,
      errno: "EINVAL",
      text: `max_entries is its size in bytes, a power of two and a multiple of ${PAGE}, not ${maxEntries}`,
    },
  ]
}
