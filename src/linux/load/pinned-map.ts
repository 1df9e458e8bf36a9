import { MapError } from "../../base/index.ts"
import { kernelName, type MapSpec } from "../../object/index.ts"
import { OBJECT_INFO, OBJECT_PATH } from "../bpf/attributes.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { MAP_INFO } from "../bpf/info.ts"
import { openById } from "../bpf/query.ts"
import { Descriptor } from "../ffi/descriptor.ts"
import { Scratch } from "../ffi/scratch.ts"
import { readStructure } from "../ffi/structure.ts"
import type { CreatedMap, MapPlan } from "./create-maps.ts"

const ENOENT = 2
const MAP_INFO_BYTES = 88

/** What the kernel tells of a map. */
export function mapInfo(bpf: Bpf, fd: number): ReturnType<typeof readStructure<typeof MAP_INFO>> {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(MAP_INFO_BYTES)
  bpf.call("BPF_OBJ_GET_INFO_BY_FD", OBJECT_INFO, { bpf_fd: fd, info_len: bytes.length, info: address })
  return readStructure(MAP_INFO, bytes)
}

/** The map that the caller named for this spec, whatever it is: the verifier looks at how programs use it. Throws LinuxCallError. */
export function reuseGiven({ bpf, reuse }: MapPlan, spec: MapSpec): CreatedMap | undefined {
  const id = reuse[spec.name]
  if (id === undefined) return undefined
  const descriptor = new Descriptor(bpf.native, openById(bpf, "BPF_MAP_GET_FD_BY_ID", id))
  return { spec, descriptor, maxEntries: mapInfo(bpf, descriptor.fd).max_entries, reused: true }
}

/** The map that is pinned under a spec's name, when it asks for that and one is there. Throws MapError when it does not fit. */
export function reusePinned(plan: MapPlan, spec: MapSpec): CreatedMap | undefined {
  if (spec.pinning !== "byName") return undefined
  const path = pinPath(plan, spec)
  const { result } = plan.bpf.try("BPF_OBJ_GET", OBJECT_PATH, { pathname: path })
  if (result === -ENOENT) return undefined
  if (result < 0)
    throw new MapError(`map '${spec.name}': couldn't retrieve pinned map ${path}: error ${-result}`)
  const descriptor = new Descriptor(plan.bpf.native, result)
  const info = mapInfo(plan.bpf, result)
  const differing = Object.entries({
    type: [spec.type, info.type],
    key_size: [spec.keySize, info.key_size],
    value_size: [spec.valueSize, info.value_size],
    max_entries: [spec.maxEntries, info.max_entries],
    map_flags: [spec.flags, info.map_flags],
    map_extra: [spec.extra, info.map_extra],
  }).filter(([, [wanted, there]]) => wanted !== there)
  if (differing.length > 0) {
    descriptor.close()
    const list = differing.map(([name, [wanted, there]]) => `${name} ${there}, not ${wanted}`).join(", ")
    throw new MapError(
      `map '${spec.name}': couldn't reuse pinned map at '${path}': parameter mismatch: ${list} (EINVAL)`,
      { errno: "EINVAL", hint: `remove ${path}, or give the map another name` },
    )
  }
  return { spec, descriptor, maxEntries: info.max_entries, reused: true }
}

/** Pins what was just made under its name. */
export function pinByName(plan: MapPlan, { spec, descriptor, reused }: CreatedMap): void {
  if (spec.pinning !== "byName" || reused) return
  plan.bpf.call("BPF_OBJ_PIN", OBJECT_PATH, { pathname: pinPath(plan, spec), bpf_fd: descriptor.fd })
}

/** libbpf replaces dots: bpffs refuses them. */
function pinPath({ pinFolder }: MapPlan, spec: MapSpec): string {
  return `${pinFolder}/${(spec.kind === "map" ? spec.name : kernelName(spec.name)).replaceAll(".", "_")}`
}
