import { closeSync, constants, openSync } from "node:fs"
import { AttachError, errnoName } from "../../base/index.ts"
import { type AttachPointOf, CGROUP_ORDERS, iteratorHint } from "../../kernel/index.ts"
import { LINK_CREATE, OBJECT_ID } from "../bpf/attributes.ts"
import { closeFd } from "../ffi/descriptor.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import { type Attached, type AttachHost, attachError } from "./attached.ts"
import { linkOf } from "./tracing.ts"

type IteratorPoint = AttachPointOf<"iter">

const TRACE_ITER = 28

/** iter: a link whose descriptor gives, each time it is opened for reading, what the program writes for every object. */
export function attachIterator(host: AttachHost, program: LoadedProgram, point: IteratorPoint): Attached {
  const resources: (() => void)[] = []
  try {
    const info = infoOf(host, program, point, resources)
    const { result } = host.bpf.try("BPF_LINK_CREATE", LINK_CREATE.iter, {
      prog_fd: program.descriptor.fd,
      attach_type: TRACE_ITER,
      ...(info && { iter_info: info, iter_info_len: info.length }),
    })
    if (result < 0)
      throw attachError(
        program,
        "failed to attach to iterator",
        -result,
        iteratorHint(program.spec.target, point),
      )
    return linkOf(host, point, result)
  } finally {
    for (const release of resources) release()
  }
}

/** `union bpf_iter_link_info` (include/uapi/linux/bpf.h); undefined for iterators over everything. */
function infoOf(
  host: AttachHost,
  program: LoadedProgram,
  point: IteratorPoint,
  resources: (() => void)[],
): Uint8Array | undefined {
  if (point.map !== undefined) {
    const { result: fd } = host.bpf.try("BPF_MAP_GET_FD_BY_ID", OBJECT_ID, { id: point.map }, 12)
    if (fd < 0) throw attachError(program, `map ${point.map} cannot be opened`, -fd)
    resources.push(() => closeFd(host.bpf.native, fd))
    return words(fd)
  }
  if (point.task !== undefined) return words(point.task)
  const { cgroup } = point
  if (cgroup === undefined && program.spec.target !== "cgroup") return undefined
  const order = CGROUP_ORDERS[point.order ?? "parentsFirst"]
  if (typeof cgroup !== "string") {
    const id = cgroup ?? 0n
    return words(order, 0, Number(id & 0xffff_ffffn), Number(id >> 32n))
  }
  const fd = openFolder(program, cgroup)
  resources.push(() => closeSync(fd))
  return words(order, fd, 0, 0)
}

function openFolder(program: LoadedProgram, path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (cause) {
    const errno = errnoName(-((cause as { errno?: number }).errno ?? 0))
    throw new AttachError(
      `prog '${program.spec.name}': control group ${path} cannot be opened (${errno ?? "error"})`,
      { ...(errno && { errno }), cause },
    )
  }
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer)
}
