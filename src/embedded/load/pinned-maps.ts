import { errnoText, MapError } from "../../base/index.ts"
import { kernelName, type MapSpec } from "../../object/index.ts"
import { type MapStorage, shownFlags } from "../maps/index.ts"
import { BPF_FS_MOUNT, type BpfFileSystem, kindOfPinned } from "../objects/index.ts"

interface PinHost {
  readonly bpfFiles: BpfFileSystem
  mapById(id: number): MapStorage | undefined
}

/** The map that stands in for the object's: the one that the caller named, or the one that is pinned under its name. Throws MapError. */
export function reusedMap(
  spec: MapSpec,
  host: PinHost,
  given: Readonly<Record<string, number>>,
): MapStorage | undefined {
  const id = given[spec.name]
  if (id === undefined) return spec.pinning === "byName" ? pinnedMap(spec, host) : undefined
  const map = host.mapById(id)
  if (map) return map
  throw new MapError(`map '${spec.name}': there is no map with id ${id} (ENOENT)`, { errno: "ENOENT" })
}

function pinnedMap(spec: MapSpec, { bpfFiles }: PinHost): MapStorage | undefined {
  const path = pinPath(spec)
  const found = bpfFiles.get(path)
  if (found === "ENOENT") return undefined
  if (typeof found === "string" || kindOfPinned(found) !== "map")
    throw new MapError(`map '${spec.name}': couldn't retrieve pinned map ${path}`)
  const map = found as MapStorage
  const { attributes } = map
  const differing = Object.entries({
    type: [spec.type, attributes.type],
    key_size: [spec.keySize, attributes.keySize],
    value_size: [spec.valueSize, attributes.valueSize],
    max_entries: [spec.maxEntries, attributes.maxEntries],
    map_flags: [spec.flags, shownFlags(map)],
    map_extra: [spec.extra, attributes.extra],
  }).filter(([, [wanted, there]]) => wanted !== there)
  if (differing.length === 0) return map
  const list = differing.map(([name, [wanted, there]]) => `${name} ${there}, not ${wanted}`).join(", ")
  throw new MapError(
    `map '${spec.name}': couldn't reuse pinned map at '${path}': parameter mismatch: ${list} (EINVAL)`,
    { errno: "EINVAL", hint: `remove ${path}, or give the map another name` },
  )
}

/** Pins what was just made under its name. Throws MapError. */
export function pinByName(spec: MapSpec, map: MapStorage, { bpfFiles }: PinHost): void {
  const path = pinPath(spec)
  const errno = bpfFiles.pin(map, path)
  if (errno)
    throw new MapError(
      `map '${spec.name}': failed to auto-pin at '${path}': ${errnoText(errno)} (${errno})`,
      { errno },
    )
}

/** libbpf replaces dots: bpffs refuses them. */
function pinPath({ kind, name }: MapSpec): string {
  return `${BPF_FS_MOUNT}/${(kind === "map" ? name : kernelName(name)).replaceAll(".", "_")}`
}
