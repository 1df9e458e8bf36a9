import { alignUp } from "../../base/index.ts"
import { type TypeId, VOID } from "../../btf/index.ts"
import { type MapTypeName, mapType } from "../../catalog/index.ts"
import { BPF_F_MMAPABLE } from "../../object/index.ts"
import type { MapStorage } from "../maps/index.ts"
import type { KernelTypes } from "../memory/index.ts"

/** What decides how much memory a map takes. */
export interface MapMachine {
  readonly types: KernelTypes
  readonly cpus: number
  readonly isCompiling: boolean
  since(release: string): boolean
}

/** From then on each type of map tells what it takes; before, the kernel reckons with keys and values alone. */
const TYPES_TELL_SINCE = "6.4"
const [PAGE, POINTER, INT] = [4096, 8, 4]
const BPF_F_NO_PREALLOC = 1
/** Locks of a hash table's buckets, a word for each CPU. */
const LOCKS = 8
/** Pages of a ring buffer for the two positions. */
const POSITION_PAGES = 2
/** Of values that are descriptors. */
const DESCRIPTOR = 4

const OF_DESCRIPTORS: readonly string[] = [
  ...["prog_array", "perf_event_array", "cgroup_array", "array_of_maps", "hash_of_maps"],
]

/** Bytes as /proc/self/fdinfo tells them; undefined for types whose reckoning is not known here. */
export function mapMemory(map: MapStorage, machine: MapMachine): number | undefined {
  return machine.since(TYPES_TELL_SINCE) ? ownMemory(map, machine) : footprint(map, machine)
}

function footprint({ attributes }: MapStorage, { cpus }: MapMachine): number {
  const { keySize, valueSize, maxEntries } = attributes
  const type = mapType(attributes.type)?.name ?? ""
  const values = type.includes("percpu")
    ? alignUp(valueSize, 8) * cpus
    : OF_DESCRIPTORS.includes(type)
      ? DESCRIPTOR
      : valueSize
  return alignUp(maxEntries * alignUp(keySize + values, 8), PAGE)
}

function ownMemory(map: MapStorage, machine: MapMachine): number | undefined {
  const { attributes } = map
  const { maxEntries, valueSize } = attributes
  switch (mapType(attributes.type)?.name as MapTypeName) {
    case "array":
    case "percpu_array":
    case "prog_array":
    case "perf_event_array":
    case "cgroup_array":
    case "array_of_maps":
      return arrayMemory(map, machine)
    case "hash":
    case "percpu_hash":
    case "lru_hash":
    case "lru_percpu_hash":
    case "hash_of_maps":
      return hashMemory(map, machine)
    case "ringbuf":
    case "user_ringbuf":
      return ringMemory(map, machine)
    case "queue":
    case "stack":
      return plus(sizeOf("bpf_queue_stack", machine), (maxEntries + 1) * valueSize)
    case "cpumap":
      return plus(sizeOf("bpf_cpu_map", machine), maxEntries * POINTER)
    case "sockmap":
      return plus(sizeOf("bpf_stab", machine), maxEntries * POINTER)
    case "arena":
      return 0
    case "struct_ops":
      return operationsMemory(map, machine)
    default:
      return undefined
  }
}

function arrayMemory({ attributes }: MapStorage, machine: MapMachine): number | undefined {
  const { type, maxEntries, valueSize, flags } = attributes
  const element = alignUp(valueSize, 8)
  const head = sizeOf("bpf_array", machine)
  if (head === undefined) return undefined
  if (mapType(type)?.name === "percpu_array") return head + maxEntries * (POINTER + element * machine.cpus)
  if ((flags & BPF_F_MMAPABLE) !== 0) return alignUp(head, PAGE) + alignUp(maxEntries * element, PAGE)
  return head + maxEntries * element
}

function hashMemory(map: MapStorage, machine: MapMachine): number | undefined {
  const { type, maxEntries, keySize, valueSize, flags } = map.attributes
  const { cpus } = machine
  const name = mapType(type)?.name ?? ""
  const [isPerCpu, isLru] = [name.includes("percpu"), name.startsWith("lru")]
  const [table, bucket, node] = [
    sizeOf("bpf_htab", machine),
    sizeOf("bucket", machine),
    sizeOf("htab_elem", machine),
  ]
  if (table === undefined || bucket === undefined || node === undefined) return undefined
  const value = alignUp(valueSize, 8)
  const element = node + alignUp(keySize, 8) + (isPerCpu ? POINTER : value)
  const fixed = table + bucket * 2 ** Math.ceil(Math.log2(maxEntries)) + INT * cpus * LOCKS
  if ((flags & BPF_F_NO_PREALLOC) === 0) {
    const extra = isPerCpu || isLru ? 0 : cpus
    const perCpu = isPerCpu ? value * cpus * maxEntries : isLru ? 0 : POINTER * cpus
    return fixed + element * (maxEntries + extra) + perCpu
  }
  const link = POINTER
  return fixed + count(map) * (element + link + (isPerCpu ? link + value * cpus : 0))
}

function ringMemory({ attributes }: MapStorage, machine: MapMachine): number | undefined {
  const head = sizeOf("bpf_ringbuf_map", machine)
  const { types } = machine
  if (head === undefined || types.btf.find("bpf_ringbuf", "struct") === undefined) return undefined
  const metaPages = types.layout("bpf_ringbuf").field("consumer_pos").offset / PAGE + POSITION_PAGES
  const dataPages = attributes.maxEntries / PAGE
  return head + (metaPages + dataPages) * PAGE + (metaPages + 2 * dataPages) * POINTER
}

/** Two values, for user space and for the kernel; for each function a link and a symbol; a page of trampolines. */
function operationsMemory({ attributes }: MapStorage, machine: MapMachine): number | undefined {
  const { btf } = machine.types
  const [map, common] = [sizeOf("bpf_struct_ops_map", machine), sizeOf("bpf_struct_ops_value", machine)]
  const value = btf.typeOf((attributes.types?.kernelValue ?? VOID) as TypeId, "struct")
  const data = value?.members.find(({ name }) => name === "data")
  const operations = data && btf.typeOf(btf.resolve(data.type), "struct")
  if (map === undefined || common === undefined || !value || !operations) return undefined
  const functions = operations.members.filter(({ type }) => {
    const pointer = btf.typeOf(btf.resolve(type), "ptr")
    return pointer && btf.typeOf(btf.resolve(pointer.type), "func_proto")
  })
  return map - common + 2 * value.size + functions.length * 2 * POINTER + PAGE
}

/** How many elements there are. */
function count(map: MapStorage): number {
  let elements = 0
  for (let key = map.nextKey(undefined); key; key = map.nextKey(key)) elements += 1
  return elements
}

function sizeOf(struct: string, { types }: MapMachine): number | undefined {
  return types.btf.find(struct, "struct") === undefined ? undefined : types.layout(struct).size
}

function plus(a: number | undefined, b: number): number | undefined {
  return a === undefined ? undefined : a + b
}
