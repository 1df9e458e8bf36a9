import { constants, openSync } from "node:fs"
import {
  type AttachPointOf,
  CGROUP_LINK_REFUSAL,
  CGROUP_PATH_HINT,
  CGROUP_SECTIONS,
  cgroupReason,
  isAttachTypeOfCgroups,
} from "../../kernel/index.ts"
import { openById, queryPrograms } from "../bpf/query.ts"
import { closeFd } from "../ffi/descriptor.ts"
import type { LoadedProgram } from "../load/load-program.ts"
import type { Attached, AttachHost } from "./attached.ts"
import { attachTo, EINVAL, expectedAttachType, linkTo } from "./bpf-attachment.ts"
import { missingRight } from "./missing-right.ts"
import { openPath } from "./open-path.ts"
import { type Reason, refusal, refusing } from "./refusal.ts"

type CgroupPoint = AttachPointOf<"cgroup">

const FLAGS = { override: 1 << 0, multi: 1 << 1, preorder: 1 << 6 } as const
const BPF_F_REPLACE = 1 << 2

/**
 * A control group: by link since 5.7, else, and wherever flags are told, by BPF_PROG_ATTACH. Links stand beside each
 * other, as with the flag "multi". Throws AttachError: EPERM where the group or one above it allows no other program.
 */
export function attachToCgroup(host: AttachHost, program: LoadedProgram, point: CgroupPoint): Attached {
  const attachType = expectedAttachType(program, point, isAttachTypeOfCgroups, CGROUP_SECTIONS)
  const { flags = [], replaces } = point
  const needsAttach = flags.length > 0 || replaces !== undefined
  const by = point.by ?? (needsAttach || !host.machine.since("5.7") ? "attach" : "link")
  if (by === "link" && (replaces !== undefined || flags.includes("override")))
    throw refusal(program, point, EINVAL, CGROUP_LINK_REFUSAL)
  const cgroup = openCgroup(program, point)
  const explain = (number: number): Reason =>
    missingRight(host, program, point)
      ? {}
      : cgroupReason(number, point.path, () => programsOn(host, cgroup, attachType))
  const bits = flags.reduce((sum, flag) => sum | FLAGS[flag], 0)
  if (by === "link") {
    // What a link has by itself is no flag of its.
    const linkBits = bits & ~FLAGS.multi
    try {
      return linkTo(host, program, point, { fd: cgroup, attachType, flags: linkBits, explain })
    } finally {
      closeFd(host.bpf.native, cgroup)
    }
  }
  if (replaces === undefined)
    return attachTo(host, program, point, { fd: cgroup, attachType, flags: bits, explain })
  const replaced = openReplaced(host, program, point, replaces, cgroup)
  try {
    const flags = bits | BPF_F_REPLACE
    return attachTo(host, program, point, { fd: cgroup, attachType, flags, replaced, explain })
  } finally {
    closeFd(host.bpf.native, replaced)
  }
}

function openCgroup(program: LoadedProgram, point: CgroupPoint): number {
  return openPath(
    program,
    point,
    () => openSync(point.path, constants.O_RDONLY | constants.O_DIRECTORY),
    CGROUP_PATH_HINT,
  )
}

/** Closes the group when the program to replace is not there. */
function openReplaced(
  { bpf }: AttachHost,
  program: LoadedProgram,
  point: CgroupPoint,
  id: number,
  cgroup: number,
): number {
  try {
    return refusing(program, point, () => openById(bpf, "BPF_PROG_GET_FD_BY_ID", id))
  } catch (error) {
    closeFd(bpf.native, cgroup)
    throw error
  }
}

function programsOn({ bpf }: AttachHost, fd: number, attachType: number): readonly number[] {
  try {
    return queryPrograms(bpf, fd, attachType).ids
  } catch {
    return []
  }
}
