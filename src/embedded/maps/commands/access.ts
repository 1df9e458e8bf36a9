import { type Errno, MapError } from "../../../base/index.ts"
import type { MapTypeName } from "../../../catalog/index.ts"
import { mapType } from "../../../catalog/index.ts"
import { fieldOf } from "../../fields/index.ts"
import { BPF_F_LOCK, hasFlag, MAP_FLAG } from "../flags.ts"
import type { MapHost, MapStorage } from "../map-storage.ts"

/** Before, only timers and pointers in values kept a map from being frozen. */
const LOCKS_KEEP_OPEN_SINCE = "6.2"
/** From then on a frozen map is one that cannot be written, also to freezing. */
const FREEZE_NEEDS_WRITE_SINCE = "6.5"

export type Access = "read" | "write"

export function failure({ attributes }: MapStorage, errno: Errno, rule: string): MapError {
  return new MapError(`map '${attributes.name}': ${rule} (${errno})`, { errno })
}

export function typeNameOf({ attributes }: MapStorage): MapTypeName {
  const row = mapType(attributes.type)
  if (!row) throw new Error(`BUG: a map of type ${attributes.type} was made`)
  return row.name as MapTypeName
}

/** The flags that BPF_OBJ_GET_INFO_BY_FD shows: not those of the maker's descriptor, and what the kernel adds. */
export function shownFlags(map: MapStorage): number {
  const kept = map.attributes.flags & ~(MAP_FLAG.RDONLY | MAP_FLAG.WRONLY)
  // Programs only redirect to devices; their map is read-only to them.
  return typeNameOf(map).startsWith("devmap") ? kept | MAP_FLAG.RDONLY_PROG : kept
}

/** Throws MapError EPERM when user space may not do this with the map. */
export function checkAccess(map: MapStorage, ...wanted: readonly Access[]): void {
  const { flags } = map.attributes
  if (wanted.includes("read") && hasFlag(flags, "WRONLY"))
    throw failure(map, "EPERM", "it was made with BPF_F_WRONLY: user space does not read it")
  if (!wanted.includes("write")) return
  if (hasFlag(flags, "RDONLY"))
    throw failure(map, "EPERM", "it was made with BPF_F_RDONLY: user space does not write it")
  if (map.frozen) throw failure(map, "EPERM", "it is frozen: user space does not write it any more")
}

/** Throws MapError EINVAL for BPF_F_LOCK when values have no lock. */
export function checkLock(map: MapStorage, flags: bigint): void {
  if ((flags & BPF_F_LOCK) !== 0n && !fieldOf(map.attributes.layout, "spinLock"))
    throw failure(map, "EINVAL", "BPF_F_LOCK is for values with a bpf_spin_lock")
}

/** BPF_MAP_FREEZE. Throws MapError: EPERM, EBUSY when it is frozen already, ENOTSUPP for values with locks and timers. */
export function freezeMap(host: MapHost, map: MapStorage): void {
  const fields = (map.attributes.layout?.fields ?? []).filter(
    ({ kind }) => kind !== "spinLock" || host.since(LOCKS_KEEP_OPEN_SINCE),
  )
  if (typeNameOf(map) === "struct_ops") throw failure(map, "ENOTSUPP", "a struct_ops map cannot be frozen")
  if (fields.length > 0)
    throw failure(map, "ENOTSUPP", "a map with locks or timers in its values cannot be frozen")
  if (host.since(FREEZE_NEEDS_WRITE_SINCE)) checkAccess(map, "write")
  if (map.frozen) throw failure(map, "EBUSY", "it is frozen already")
  map.frozen = true
}
