import { AttachError, type Errno, errnoText, NotModelledError } from "../../base/index.ts"
import { type AttachPointOf, iteratorHint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { ITERATOR_TARGETS, iteratedGroup, readIterator, walkedSizes } from "../iterators/index.ts"
import type { MapStorage } from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import { type Attacher, replacing, requireType } from "./attached.ts"
import { requireAttachRight } from "./rights.ts"

/** iter: a link that gives, each time it is read, what the program writes for every object. */
export const attachIterator: Attacher<"iter"> = (kernel, point, attachment) => {
  const { program } = attachment
  const map = point.map === undefined ? undefined : openMap(kernel, program, point, point.map)
  requireType(program, point, REFUSED)
  const { target, definition } = program.spec
  if (definition?.attachType !== "trace_iter") throw refused(program, REFUSED, "EINVAL")
  const walked = ITERATOR_TARGETS.get(target)
  if (!walked)
    throw new NotModelledError(
      `prog '${program.name}': an iterator over ${target} is not modelled by the embedded kernel yet`,
    )
  if (target === "bpf_map_elem") checkMap(kernel, point, program, map)
  if (target === "cgroup") checkGroup(kernel, point, program)
  return {
    point,
    remove: () => undefined,
    update: replacing(attachment),
    note: undefined,
    read: () => readIterator(kernel, attachment, walked, point),
  }
}

const REFUSED = "failed to attach to iterator"

function refused(program: EmbeddedProgram, action: string, errno: Errno, hint?: string): AttachError {
  return new AttachError(`prog '${program.name}': ${action}: ${errnoText(errno)}`, {
    errno,
    ...(hint !== undefined && { hint }),
  })
}

function openMap(
  kernel: KernelCore,
  program: EmbeddedProgram,
  point: AttachPointOf<"iter">,
  id: number,
): MapStorage {
  const action = `map ${id} cannot be opened`
  requireAttachRight(kernel, program, point, ({ errno, hint }) => refused(program, action, errno, hint))
  const map = kernel.mapById(id)
  if (!map) throw refused(program, action, "ENOENT")
  return map
}

/** The folder of a group is opened before, an id is looked up by the kernel. */
function checkGroup(kernel: KernelCore, point: AttachPointOf<"iter">, program: EmbeddedProgram): void {
  const { cgroup } = point
  if (iteratedGroup(kernel, point)) return
  if (typeof cgroup !== "string") throw refused(program, REFUSED, "ENOENT")
  throw new AttachError(`prog '${program.name}': control group ${cgroup} cannot be opened (ENOENT)`, {
    errno: "ENOENT",
  })
}

/** It has to be one that can be walked over, with elements as large as the program takes them for. */
function checkMap(
  kernel: KernelCore,
  point: AttachPointOf<"iter">,
  program: EmbeddedProgram,
  map: MapStorage | undefined,
): void {
  if (!map) throw refused(program, REFUSED, "EBADF", iteratorHint("bpf_map_elem", point))
  const sizes = walkedSizes(map, kernel.cpus)
  if (!sizes) throw refused(program, REFUSED, "EINVAL")
  const { rdonly = 0, rdwr = 0 } = program.reach ?? {}
  if (rdonly > sizes.key || rdwr > sizes.value) throw refused(program, REFUSED, "EACCES")
}
