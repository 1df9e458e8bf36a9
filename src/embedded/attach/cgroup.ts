import { type Errno, errnoNumber, errnoText } from "../../base/index.ts"
import { type AttachTypeName, attachType as attachTypeRow } from "../../catalog/index.ts"
import {
  type AttachPointOf,
  attachRefusal,
  CGROUP_LINK_REFUSAL,
  CGROUP_PATH_HINT,
  CGROUP_SECTIONS,
  cgroupReason,
  isAttachTypeOfCgroups,
  type Reason,
  wrongHook,
} from "../../kernel/index.ts"
import { attachToGroup, type GroupMode, groupSecurityHook } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import { GroupStorage } from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { type Attached, type Attacher, replacing } from "./attached.ts"
import { directCallsHint, hasDirectCalls } from "./direct-calls.ts"
import { requireAttachRight } from "./rights.ts"

/** Where a program may be told to stand: not yet on the releases that are modelled. */
const PREORDER_SINCE = "6.15"

const byId = (errno: Errno): Reason => ({ said: `BPF_PROG_GET_FD_BY_ID: ${errnoText(errno)}` })

/** A hook of a control group, by link unless flags are told. */
export const attachToCgroup: Attacher<"cgroup"> = (kernel, point, attachment) => {
  const { program } = attachment
  const refuse = (errno: Errno, reason?: Reason) => attachRefusal(program, point, errnoNumber(errno), reason)
  const { definition, section } = program.spec
  const attachType = definition?.attachType as AttachTypeName | undefined
  if (attachType === undefined || !isAttachTypeOfCgroups(attachType))
    throw refuse("EINVAL", wrongHook(program.type, section, attachType, CGROUP_SECTIONS))
  const hook = attachType === "lsm_cgroup" ? groupSecurityHook(program.spec.target) : attachType
  const { flags = [], replaces } = point
  const isLink = (point.by ?? (flags.length > 0 || replaces !== undefined ? "attach" : "link")) === "link"
  if (isLink && (replaces !== undefined || flags.includes("override")))
    throw refuse("EINVAL", CGROUP_LINK_REFUSAL)
  const group = kernel.cgroups.find(point.path)
  if (!group) throw missing(kernel, point, refuse)
  requireAttachRight(kernel, program, point, ({ errno, hint }) =>
    refuse(errno, { hint, ...(replaces !== undefined && errno === "EPERM" && byId("EPERM")) }),
  )
  if (attachType === "lsm_cgroup" && !hasDirectCalls(kernel))
    throw refuse("ENOTSUPP", { hint: directCallsHint(kernel) })
  const isMulti = isLink || flags.includes("multi")
  const isOverride = flags.includes("override")
  const isTooNew = flags.includes("preorder") && !kernel.since(PREORDER_SINCE)
  if (isTooNew || (isMulti && isOverride)) throw refuse("EINVAL")
  if (replaces !== undefined && !kernel.programById(replaces)) throw refuse("ENOENT", byId("ENOENT"))
  if (replaces !== undefined && !isMulti) throw refuse("EINVAL")
  const mode: GroupMode = isMulti ? "multi" : isOverride ? "override" : "single"
  const place = {
    ...{ id: group.id, owner: group.object.address },
    attachType: attachTypeRow(attachType)?.number ?? 0,
  }
  const placed = { ...attachment, place }
  const remove = attachToGroup(group, placed, { hook, mode, isLink, replaces })
  if (typeof remove === "function") {
    for (const map of storagesOf(program)) map.attach(place)
    return { point, remove, note: undefined, ...(isLink && { update: replacingInGroup(placed) }) }
  }
  const standing = () => (group.programs.on(hook)?.entries ?? []).map(entry => entry.attachment.program.id)
  throw refuse(remove, cgroupReason(errnoNumber(remove), point.path, standing))
}

/** A program with other storages than the one before finds no values of its own there. */
function replacingInGroup(placed: Attachment): NonNullable<Attached["update"]> {
  const replace = replacing(placed)
  return program => {
    const [old, wanted] = [storagesOf(placed.program), storagesOf(program)]
    const isSame = old.length === wanted.length && old.every(map => wanted.includes(map))
    return isSame ? replace(program) : "EINVAL"
  }
}

function storagesOf({ maps }: EmbeddedProgram): readonly GroupStorage[] {
  return maps.filter(map => map instanceof GroupStorage)
}

/** What is no folder of the cgroup2 file system may still be one. */
function missing(
  { files }: KernelCore,
  { path }: AttachPointOf<"cgroup">,
  refuse: (errno: Errno, reason?: Reason) => Error,
): Error {
  const node = files.find(path)
  if (node?.directory)
    return refuse(
      "EBADF",
      cgroupReason(errnoNumber("EBADF"), path, () => []),
    )
  return refuse(node ? "ENOTDIR" : "ENOENT", { hint: CGROUP_PATH_HINT })
}
