import { MapError } from "../../base/index.ts"
import { type Btf, VOID } from "../../btf/index.ts"
import { mapType } from "../../catalog/index.ts"
import type { KernelStructOps } from "../../kernel/index.ts"
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

/** Makes an object's maps, in its order, filled with initial data. `nextId` numbers them. */
export function createMaps(
  object: ObjectSpec,
  host: MakingHost,
  nextId: () => number,
  layoutOf: MapLayouts,
  initialData: (map: MapSpec) => Uint8Array | undefined,
  structOps: ReadonlyMap<string, KernelStructOps>,
): Map<string, MapStorage> {
  const maps = new Map<string, MapStorage>()
  try {
    for (const spec of object.maps) {
      const operations = structOps.get(spec.name)
      if (operations) {
        const map = createMap(host, nextId(), structOpsAttributes(operations, object.btf))
        maps.set(spec.name, map)
        host.bpfLog?.mapCreated(map)
      }
      if (spec.structOps) continue
      const map = createTyped(host, nextId(), attributesOf(spec, host.cpus, object.btf, layoutOf))
      maps.set(spec.name, map)
      host.bpfLog?.mapCreated(map)
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
    return maps
  } catch (error) {
    for (const map of maps.values()) map.close()
    throw error
  }
}

const [STRUCT_OPS, BPF_F_LINK] = [26, 1 << 13]

function structOpsAttributes({ spec, value, valueId }: KernelStructOps, btf: Btf | undefined): MapAttributes {
  return {
    name: spec.name,
    type: STRUCT_OPS,
    keySize: 4,
    valueSize: value.length,
    maxEntries: 1,
    flags: spec.structOps?.link ? BPF_F_LINK : 0,
    extra: 0n,
    types: { btf, key: VOID, value: VOID, kernelValue: valueId },
  }
}

/** As libbpf: a kernel that does not like the types gets the map without them. */
function createTyped(host: MapHost, id: number, attributes: MapAttributes): MapStorage {
  const { types, ...untyped } = attributes
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
  btf: Btf | undefined,
  layoutOf: MapLayouts,
): MapAttributes {
  const { name, type, keySize, valueSize, flags, extra, numaNode, inner } = spec
  const typeName = mapType(type)?.name ?? ""
  // libbpf sizes these by the number of CPUs when the object does not.
  const maxEntries = typeName === "perf_event_array" && spec.maxEntries === 0 ? cpus : spec.maxEntries
  const { keyType: key = VOID, valueType: value = VOID } = spec
  const isTyped = btf !== undefined && (key !== VOID || value !== VOID) && !WITHOUT_BTF.includes(typeName)
  const layout = layoutOf(spec)
  return {
    ...{ name, type, keySize, valueSize, maxEntries, flags, extra },
    ...(layout && { layout }),
    ...(numaNode !== undefined && { numaNode }),
    ...(isTyped && { types: { btf, key, value } }),
    ...(inner && { inner: attributesOf(inner, cpus, btf, layoutOf) }),
  }
}
