import type { MapFacts } from "../program.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Walk } from "../walk/walk.ts"

/** The maps of one call of bpf_tail_call, as all paths bring them. */
export interface TailCall {
  readonly map: MapFacts
  readonly several: boolean
  readonly masked: boolean
}

/** Notes what map a tail call meets on this path. */
export function noteTailCallMap(walk: Walk, map: MapFacts | undefined): void {
  if (!map) return
  const known = walk.tailCalls.get(walk.at)
  walk.tailCalls.set(walk.at, {
    map: known?.map ?? map,
    several: (known?.several ?? false) || (known !== undefined && known.map !== map),
    masked: (known?.masked ?? false) || (map.masked ?? false),
  })
}

/** Where indices are masked, the kernel writes the mask of the map into the program: it must be one map. */
export function checkTailCallMaps(walk: Walk): void {
  for (const [at, { several, masked }] of [...walk.tailCalls].sort(([a], [b]) => a - b)) {
    if (!several || !masked) continue
    walk.at = at
    reject(walk, ERRNO.EINVAL, "tail_call abusing map_ptr", "speculation")
  }
}
