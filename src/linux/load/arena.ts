import type { MapSpec } from "../../object/index.ts"
import type { Bpf } from "../bpf/bpf.ts"
import { Mapping, PROT_READ, PROT_WRITE } from "../ffi/mapping.ts"
import { PAGE } from "../maps/map-memory.ts"

/**
 * Maps an arena into this process, where its `map_extra` says, and puts its global variables in: programs that use it
 * load only after that, and share its addresses with this process. Throws LinuxCallError.
 */
export function mapArena(bpf: Bpf, fd: number, spec: MapSpec, data: Uint8Array | undefined): Mapping {
  const mapping = new Mapping(bpf.native, fd, spec.maxEntries * PAGE, PROT_READ | PROT_WRITE, 0, spec.extra)
  if (data) mapping.bytes.set(data)
  return mapping
}
