import type { Capability } from "../../catalog/index.ts"
import { privilegesOf, watchesSpeculation } from "../privileges.ts"
import type { MapFacts } from "../program.ts"
import { MAP_TYPE as M } from "../rules/map-types.ts"

/** What anybody may make; maps of other types a process that lacks the capability has from somebody else. */
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

const FOR_NETWORK = new Set<number>([M.SOCKMAP, M.SOCKHASH, M.DEVMAP, M.DEVMAP_HASH, M.XSKMAP])

/** The capability that a process lacks to make a map of this type; undefined when it may. */
export function missingForMap(type: number, capabilities: ReadonlySet<Capability>): Capability | undefined {
  if (ANYBODYS.has(type) || capabilities.has("CAP_SYS_ADMIN")) return undefined
  const needed = FOR_NETWORK.has(type) ? "CAP_NET_ADMIN" : "CAP_BPF"
  return capabilities.has(needed) ? undefined : needed
}

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
    if (capabilities && missingForMap(map.type, capabilities)) return map
    const inner = map.inner && made(map.inner)
    const given = { ...map, inner, masked }
    return privileges.bpf ? given : { ...given, btf: undefined, valueType: undefined, fields: [] }
  }
  if (privileges.bpf && !masked) return maps
  return new Map([...maps].map(([name, map]) => [name, made(map)]))
}
