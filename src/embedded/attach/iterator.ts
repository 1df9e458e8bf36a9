import { AttachError, type Errno, errnoText, NotModelledError } from "../../base/index.ts"
import { type AttachPointOf, iteratorHint } from "../../kernel/index.ts"
import type { KernelCore } from "../core.ts"
import { ITERATOR_TARGETS, iteratedGroup, readIterator, walkedSizes } from "../iterators/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { type Attacher, requireType } from "./attached.ts"

/** iter: a link that gives, each time it is read, what the program writes for every object. */
export const attachIterator: Attacher<"iter"> = (kernel, point, attachment) => {
  const { program } = attachment
  requireType(program, "tracing", point)
  const { target } = program.spec
  const walked = ITERATOR_TARGETS.get(target)
  if (!walked)
    throw new NotModelledError(
      `prog '${program.name}': an iterator over ${target} is not modelled by the embedded kernel yet`,
    )
  if (target === "bpf_map_elem") checkMap(kernel, point, attachment)
  if (target === "cgroup") checkGroup(kernel, point, attachment)
  return {
    point,
    remove: () => undefined,
    note: undefined,
    read: () => readIterator(kernel, attachment, walked, point),
  }
}

/** The folder of a group is opened before, an id is looked up by the kernel. */
function checkGroup(kernel: KernelCore, point: AttachPointOf<"iter">, { program }: Attachment): void {
  const { cgroup } = point
  if (iteratedGroup(kernel, point)) return
  const errno = "ENOENT"
  const action =
    typeof cgroup === "string"
      ? `control group ${cgroup} cannot be opened (${errno})`
      : `failed to attach to iterator: ${errnoText(errno)}`
  throw new AttachError(`prog '${program.name}': ${action}`, { errno })
}

/** It has to be one that can be walked over, with elements as large as the program takes them for. */
function checkMap(kernel: KernelCore, point: AttachPointOf<"iter">, { program }: Attachment): void {
  const fail = (action: string, errno: Errno, hint?: string): AttachError =>
    new AttachError(`prog '${program.name}': ${action}: ${errnoText(errno)}`, {
      errno,
      ...(hint !== undefined && { hint }),
    })
  if (point.map === undefined)
    throw fail("failed to attach to iterator", "EBADF", iteratorHint("bpf_map_elem", point))
  const map = kernel.mapById(point.map)
  if (!map) throw fail(`map ${point.map} cannot be opened`, "ENOENT")
  const sizes = walkedSizes(map, kernel.cpus)
  if (!sizes) throw fail("failed to attach to iterator", "EINVAL")
  const { rdonly = 0, rdwr = 0 } = program.reach ?? {}
  if (rdonly > sizes.key || rdwr > sizes.value) throw fail("failed to attach to iterator", "EACCES")
}
