import { errnoNumber, MapError } from "../../base/index.ts"
import { type Btf, VOID } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import { type KernelStructOps, structOpsNotMade } from "../../kernel/index.ts"
import type { MapSpec, ObjectSpec } from "../../object/index.ts"
import type { BpfLog } from "../bpf-log/index.ts"
import type { ValueLayout } from "../fields/index.ts"
import {
  ArenaMap,
  createMap,
  freezeMap,
  type MapAttributes,
  type MapHost,
  type MapStorage,
} from "../maps/index.ts"
import type { LoadedBtf } from "../objects/index.ts"

/** Types whose values are not the program's to describe: libbpf does not even try to give the kernel BTF for them. */
const WITHOUT_BTF: readonly string[] = [
  ...["perf_event_array", "cgroup_array", "stack_trace", "array_of_maps", "hash_of_maps"],
  ...["devmap", "devmap_hash", "cpumap", "xskmap", "sockmap", "sockhash"],
]

/** Where the values of a map have special fields; undefined when they have none. */
export type MapLayouts = (spec: MapSpec) => ValueLayout | undefined

/** A host that may tell of what is made. */
export interface MakingHost extends MapHost {
  readonly bpfLog: BpfLog | undefined
}

export interface MapPlan {
  readonly object: ObjectSpec
  /** The object's types as the kernel keeps them. */
  readonly loadedBtf: LoadedBtf | undefined
  nextId(): number
  readonly layoutOf: MapLayouts
  initialData(map: MapSpec): Uint8Array | undefined
  readonly structOps: ReadonlyMap<string, KernelStructOps>
  /** A map that is there already, in place of the object's; its content is left alone. Throws MapError. */
  reused(map: MapSpec): MapStorage | undefined
}

/** An object's maps by name. */
export interface ObjectMaps {
  readonly all: ReadonlyMap<string, MapStorage>
  /** Those that were made for it. */
  readonly made: ReadonlySet<MapStorage>
}

/** Makes an object's maps, in its order, filled with initial data. */
export function createMaps(host: MakingHost, plan: MapPlan): ObjectMaps {
  const { object, loadedBtf, initialData } = plan
  const maps = new Map<string, MapStorage>()
  const made = new Set<MapStorage>()
  const make = (spec: MapSpec, attributes: MapAttributes): MapStorage => {
    const map = createTyped(host, plan.nextId(), attributes)
    maps.set(spec.name, map)
    made.add(map)
    host.bpfLog?.mapCreated(map)
    return map
  }
  try {
    for (const spec of object.maps) {
      const operations = plan.structOps.get(spec.name)
      if (operations && spec.structOps?.link && !host.since(LINKS_SINCE))
        throw structOpsNotMade(spec, errnoNumber("EINVAL"))
      if (operations) make(spec, structOpsAttributes(operations, object.btf, loadedBtf))
      if (spec.structOps) continue
      const there = plan.reused(spec)
      if (there) maps.set(spec.name, there)
      if (there) continue
      const map = make(spec, attributesOf(spec, host.cpus, plan))
      const data = initialData(spec)
      // Programs that use an arena load only when it is mapped.
      if (map instanceof ArenaMap) map.map(data)
      else if (data) {
        host.memory.write(map.valueAddress(0), data)
        host.bpfLog?.mapFilled(map)
      }
      if (spec.kind === "rodata" || spec.kind === "kconfig") {
        freezeMap(host, map)
        host.bpfLog?.mapFrozen(map)
      }
    }
    return { all: maps, made }
  } catch (error) {
    for (const map of made) map.close()
    throw error
  }
}

const [STRUCT_OPS, BPF_F_LINK] = [26, 1 << 13]
const LINKS_SINCE = "6.4"

function structOpsAttributes(
  { spec, value, valueId }: KernelStructOps,
  btf: Btf | undefined,
  loaded: LoadedBtf | undefined,
): MapAttributes {
  return {
    name: spec.name,
    type: STRUCT_OPS,
    keySize: 4,
    valueSize: value.length,
    maxEntries: 1,
    flags: spec.structOps?.link ? BPF_F_LINK : 0,
    extra: 0n,
    types: { btf, key: VOID, value: VOID, kernelValue: valueId },
    ...(loaded && { typeIds: { btf: loaded.id, key: VOID, value: VOID } }),
  }
}

/** As libbpf: a kernel that does not like the types gets the map without them. */
function createTyped(host: MapHost, id: number, attributes: MapAttributes): MapStorage {
  const { types, typeIds: _ids, ...untyped } = attributes
  try {
    return createMap(host, id, attributes)
  } catch (error) {
    if (!types || !(error instanceof MapError)) throw error
    return createMap(host, id, untyped)
  }
}

function attributesOf(
  spec: MapSpec,
  cpus: number,
  plan: Pick<MapPlan, "object" | "loadedBtf" | "layoutOf">,
): MapAttributes {
  const { btf } = plan.object
  const { name, type, keySize, valueSize, flags, extra, numaNode, inner } = spec
  const typeName = mapType(type)?.name ?? ""
  // libbpf sizes these by the number of CPUs when the object does not.
  const maxEntries = typeName === "perf_event_array" && spec.maxEntries === 0 ? cpus : spec.maxEntries
  const { keyType: key = VOID, valueType: value = VOID } = spec
  const isTyped = btf !== undefined && (key !== VOID || value !== VOID) && !WITHOUT_BTF.includes(typeName)
  const layout = plan.layoutOf(spec)
  return {
    ...{ name, type, keySize, valueSize, maxEntries, flags, extra },
    ...(layout && { layout }),
    ...(numaNode !== undefined && { numaNode }),
    // The types of data sections the loader completes itself: the kernel takes them.
    ...(isTyped && spec.kind === "map" && { types: { btf, key, value } }),
    ...(isTyped && plan.loadedBtf && { typeIds: { btf: plan.loadedBtf.id, key, value } }),
    ...(inner && { inner: attributesOf(inner, cpus, plan) }),
  }
}
