import { LinuxCallError } from "../ffi/call-error.ts"
import { Scratch } from "../ffi/scratch.ts"
import { OBJECT_ID, PROG_QUERY } from "./attributes.ts"
import type { Bpf } from "./bpf.ts"

const MOST_PROGRAMS = 64
const BPF_F_QUERY_EFFECTIVE = 1
/** The end of `revision`: the kernel writes it back for tcx and netkit whatever size it is told. */
const QUERY_BYTES = 64

/** The programs on one hook, in the order in which they run. */
export interface QueriedPrograms {
  readonly ids: readonly number[]
  /** BPF_F_ALLOW_OVERRIDE (1), BPF_F_ALLOW_MULTI (2): of cgroups. */
  readonly flags: number
}

/**
 * BPF_PROG_QUERY: what stands on a hook. `target` is a descriptor (cgroup, network namespace, sockmap, LIRC device), or
 * an interface's index for tcx and netkit. `isEffective` counts what a cgroup inherits. Throws LinuxCallError.
 */
export function queryPrograms(
  bpf: Bpf,
  target: number,
  attachType: number,
  { isEffective = false }: { readonly isEffective?: boolean } = {},
): QueriedPrograms {
  using scratch = new Scratch(bpf.native)
  const { address, bytes } = scratch.allocate(MOST_PROGRAMS * 4)
  const { result, attributes } = bpf.try(
    "BPF_PROG_QUERY",
    PROG_QUERY,
    {
      target_fd: target,
      attach_type: attachType,
      ...(isEffective && { query_flags: BPF_F_QUERY_EFFECTIVE }),
      prog_ids: address,
      prog_cnt: MOST_PROGRAMS,
    },
    QUERY_BYTES,
  )
  if (result < 0) throw new LinuxCallError("BPF_PROG_QUERY", -result)
  const ids = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.min(attributes.prog_cnt, MOST_PROGRAMS))
  return { ids: [...ids], flags: attributes.attach_flags }
}

/** A descriptor of an object that the kernel holds under this id. Throws LinuxCallError: ENOENT where there is none. */
export function openById(
  bpf: Bpf,
  command: "BPF_PROG_GET_FD_BY_ID" | "BPF_MAP_GET_FD_BY_ID" | "BPF_LINK_GET_FD_BY_ID",
  id: number,
): number {
  return bpf.call(command, OBJECT_ID, { id }, 12)
}
