import { LoadError } from "../../base/index.ts"
import type { MapSpec, ObjectSpec } from "../../object/index.ts"
import type { ValueLayout } from "../fields/index.ts"
import { createMap, type MapAttributes, type MapHost, type MapStorage } from "../maps/index.ts"

/** BPF_MAP_TYPE_PERF_EVENT_ARRAY: libbpf sizes it by the number of CPUs when the object does not. */
const PERF_EVENT_ARRAY = 4

/** Where the values of a map have special fields; undefined when they have none. */
export type MapLayouts = (spec: MapSpec) => ValueLayout | undefined

/** Makes an object's maps, in its order, filled with initial data. `nextId` numbers them. */
export function createMaps(
  object: ObjectSpec,
  host: MapHost,
  nextId: () => number,
  layoutOf: MapLayouts,
  initialData: (map: MapSpec) => Uint8Array | undefined,
): Map<string, MapStorage> {
  const maps = new Map<string, MapStorage>()
  try {
    for (const spec of object.maps) {
      if (spec.structOps)
        throw new LoadError(`map '${spec.name}': struct_ops is not modelled by the embedded kernel yet`)
      const map = createMap(host, nextId(), attributesOf(spec, host.cpus, layoutOf))
      maps.set(spec.name, map)
      const data = initialData(spec)
      if (data) host.memory.write(map.valueAddress(0), data)
    }
    return maps
  } catch (error) {
    for (const map of maps.values()) map.close()
    throw error
  }
}

function attributesOf(spec: MapSpec, cpus: number, layoutOf: MapLayouts): MapAttributes {
  const maxEntries = spec.type === PERF_EVENT_ARRAY && spec.maxEntries === 0 ? cpus : spec.maxEntries
  const { name, type, keySize, valueSize, flags, extra, inner } = spec
  const layout = layoutOf(spec)
  return {
    ...{ name, type, keySize, valueSize, maxEntries, flags, extra },
    ...(layout && { layout }),
    ...(inner && { inner: attributesOf(inner, cpus, layoutOf) }),
  }
}
