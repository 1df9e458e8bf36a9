import { alignUp, errnoName, errorText, MapError } from "../../base/index.ts"
import { mapType } from "../../catalog/index.ts"
import { BPF_F_MMAPABLE, kernelName, type MapSpec, type ObjectSpec } from "../../object/index.ts"
import { MAP_CREATE, MAP_ELEMENT } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import type { Mapping } from "../ffi/mapping.ts"
import type { Values } from "../ffi/structure.ts"
import { mapArena } from "./arena.ts"
import type { Features } from "./features.ts"
import { reuseGiven, reusePinned } from "./pinned-map.ts"

const RING_BUFFERS: readonly string[] = ["ringbuf", "user_ringbuf"]

/** Types whose values are not the program's to describe: the kernel refuses BTF for them. */
const WITHOUT_BTF: readonly string[] = [
  ...["perf_event_array", "cgroup_array", "stack_trace", "array_of_maps", "hash_of_maps"],
  ...["devmap", "devmap_hash", "cpumap", "xskmap", "sockmap", "sockhash"],
]

/** What creating maps needs to know. */
export interface MapPlan {
  readonly bpf: Bpf
  readonly features: Features
  readonly object: ObjectSpec
  /** The loaded BTF of the object; undefined when it has none, or the kernel takes none. */
  readonly btf: number | undefined
  readonly cpus: number
  /** Where maps are pinned that ask for it by name. */
  readonly pinFolder: string
  /** Ids of maps that stand in for the object's, by the object's names. */
  readonly reuse: Readonly<Record<string, number>>
  initialData(map: MapSpec): Uint8Array | undefined
  /** Filled with what went otherwise than asked for. */
  readonly warnings: string[]
}

/** A map that exists in the kernel. */
export interface CreatedMap {
  readonly spec: MapSpec
  readonly descriptor: Descriptor
  readonly maxEntries: number
  /** Set when a map was there before: its content is left alone. */
  readonly reused: boolean
  /** Of an arena. */
  readonly mapping?: Mapping
}

/** Gives a map up. */
export function dropMap({ descriptor, mapping }: CreatedMap): void {
  mapping?.close()
  descriptor.close()
}

/** Makes an object's maps in its order, fills and freezes what must be. All or none. Throws MapError. */
export function createMaps(plan: MapPlan): Map<string, CreatedMap> {
  const maps = new Map<string, CreatedMap>()
  try {
    for (const spec of plan.object.maps) {
      if (spec.structOps) continue
      const reused = reuseGiven(plan, spec) ?? reusePinned(plan, spec)
      const map = reused ?? createMap(plan, spec)
      maps.set(spec.name, map)
      if (!reused) fill(plan, map)
    }
    for (const map of maps.values()) if (!map.reused) fillInner(plan, map, maps)
    return maps
  } catch (error) {
    for (const map of maps.values()) dropMap(map)
    throw error
  }
}

function createMap(plan: MapPlan, spec: MapSpec): CreatedMap {
  const inner = spec.inner && createMap(plan, spec.inner)
  try {
    const maxEntries = entriesOf(plan, spec)
    const withBtf = request(plan, spec, maxEntries, inner, true)
    const first = plan.bpf.try("BPF_MAP_CREATE", MAP_CREATE, withBtf)
    // As libbpf: a kernel that does not like the types gets the map without them.
    const isRetried = first.result < 0 && withBtf.btf_fd !== undefined
    const { result } = isRetried
      ? plan.bpf.try("BPF_MAP_CREATE", MAP_CREATE, request(plan, spec, maxEntries, inner, false))
      : first
    if (isRetried && result >= 0)
      plan.warnings.push(
        `map '${spec.name}': the kernel refuses its types (${errorText(-first.result)}): it has none`,
      )
    if (result < 0) throw createError(spec, -result)
    const descriptor = new Descriptor(plan.bpf.native, result)
    const map = { spec, descriptor, maxEntries, reused: false }
    return isArena(spec) ? { ...map, mapping: mapArenaOrClose(plan, map) } : map
  } finally {
    inner?.descriptor.close()
  }
}

function isArena({ type }: MapSpec): boolean {
  return mapType(type)?.name === "arena"
}

function mapArenaOrClose({ bpf, initialData }: MapPlan, { spec, descriptor }: CreatedMap): Mapping {
  try {
    return mapArena(bpf, descriptor.fd, spec, initialData(spec))
  } catch (cause) {
    descriptor.close()
    const where = spec.extra === 0n ? "" : ` at 0x${spec.extra.toString(16)}`
    throw new MapError(`map '${spec.name}': failed to map the arena${where}: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function request(
  { features, btf }: MapPlan,
  spec: MapSpec,
  maxEntries: number,
  inner: CreatedMap | undefined,
  wantsBtf: boolean,
): Values<typeof MAP_CREATE> {
  const type = mapType(spec.type)?.name ?? ""
  const isTyped = wantsBtf && btf !== undefined && !WITHOUT_BTF.includes(type)
  const flags = features.mmapableArrays ? spec.flags : spec.flags & ~BPF_F_MMAPABLE
  return {
    map_type: spec.type,
    key_size: spec.keySize,
    value_size: spec.valueSize,
    max_entries: maxEntries,
    ...(flags !== 0 && { map_flags: flags }),
    ...(inner && { inner_map_fd: inner.descriptor.fd }),
    ...(spec.numaNode !== undefined && { numa_node: spec.numaNode }),
    ...(features.names && { map_name: kernelName(spec.name) }),
    ...(isTyped &&
      (spec.keyType !== undefined || spec.valueType !== undefined) && {
        btf_fd: btf,
        btf_key_type_id: spec.keyType ?? 0,
        btf_value_type_id: spec.valueType ?? 0,
      }),
    ...(spec.extra !== 0n && { map_extra: spec.extra }),
  }
}

/** What libbpf fills in: one entry a CPU, and whole pages of a power of two. */
function entriesOf({ cpus }: MapPlan, spec: MapSpec): number {
  const type = mapType(spec.type)?.name ?? ""
  if (type === "perf_event_array" && spec.maxEntries === 0) return cpus
  return RING_BUFFERS.includes(type) ? alignUp(spec.maxEntries, 4096) : spec.maxEntries
}

function createError(spec: MapSpec, number: number): MapError {
  const errno = errnoName(number)
  const type = mapType(spec.type)
  const hint =
    number === 22 && type?.since
      ? `map type ${type.name} needs Linux ${type.since}; otherwise check its sizes and flags: \`skep explain ${type.name}\``
      : number === 1
        ? "creating maps needs CAP_BPF or CAP_SYS_ADMIN"
        : undefined
  return new MapError(`map '${spec.name}': failed to create: ${errorText(number)}(-${number})`, {
    ...(errno && { errno }),
    ...(hint && { hint }),
  })
}

/** Values of data sections; what is read-only for good is frozen. */
function fill(plan: MapPlan, { spec, descriptor }: CreatedMap): void {
  if (spec.kind === "map" || spec.kind === "structOps") return
  const data = plan.initialData(spec)
  const key = new Uint8Array(4)
  if (data && data.length > 0)
    plan.bpf.call("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd: descriptor.fd, key, value: data })
  if (spec.kind === "rodata" || spec.kind === "kconfig")
    plan.bpf.call("BPF_MAP_FREEZE", MAP_ELEMENT, { map_fd: descriptor.fd })
}

/** Slots of maps of maps that the object names. */
function fillInner(plan: MapPlan, outer: CreatedMap, maps: ReadonlyMap<string, CreatedMap>): void {
  const type = mapType(outer.spec.type)?.name
  if (type !== "array_of_maps" && type !== "hash_of_maps") return
  for (const { index, target } of outer.spec.initialSlots) {
    const inner = maps.get(target)
    if (!inner) throw new Error(`BUG: map ${outer.spec.name} refers to map ${target}, which was not created`)
    const key = new Uint8Array(Uint32Array.of(index).buffer)
    const value = new Uint8Array(Uint32Array.of(inner.descriptor.fd).buffer)
    plan.bpf.call("BPF_MAP_UPDATE_ELEM", MAP_ELEMENT, { map_fd: outer.descriptor.fd, key, value })
  }
}
