import type { Capability } from "../../catalog/index.ts"
import { privilegesOf, watchesSpeculation } from "../privileges.ts"
import type { MapFacts } from "../program.ts"
import { MAP_TYPE as M } from "../rules/map-types.ts"

/** What a process without CAP_BPF may make; maps of other types come from somebody else. */
const ANYBODYS = new Set<number>([
  M.ARRAY,
  M.PERCPU_ARRAY,
  M.PROG_ARRAY,
  M.PERF_EVENT_ARRAY,
  M.CGROUP_ARRAY,
  M.ARRAY_OF_MAPS,
  M.HASH,
  M.PERCPU_HASH,
  M.HASH_OF_MAPS,
  M.RINGBUF,
  M.USER_RINGBUF,
  M.CGROUP_STORAGE,
  M.PERCPU_CGROUP_STORAGE,
])

/**
 * The maps as a process with these capabilities makes them: without CAP_BPF it can load no BTF, so its maps have no types and
 * no special fields.
 */
export function mapsMadeBy(
  capabilities: ReadonlySet<Capability> | undefined,
  maps: ReadonlyMap<string, MapFacts>,
): ReadonlyMap<string, MapFacts> {
  const privileges = privilegesOf(capabilities)
  const masked = watchesSpeculation(privileges)
  const made = (map: MapFacts): MapFacts => {
    if (privileges.bpf) return { ...map, masked }
    if (!ANYBODYS.has(map.type)) return map
    const inner = map.inner && made(map.inner)
    return { ...map, inner, masked, btf: undefined, valueType: undefined, fields: [] }
  }
  if (privileges.bpf && !masked) return maps
  return new Map([...maps].map(([name, map]) => [name, made(map)]))
}
