import { type Errno, errnoText, NotModelledError, SkepError } from "../../base/index.ts"
import { type AttachTypeRow, attachType, isSince } from "../../catalog/index.ts"
import type { AttachedPrograms } from "../../kernel/index.ts"
import {
  attachToGroup,
  type Cgroup,
  detachFromGroup,
  effectivePrograms,
  type GroupHook,
  type GroupMode,
  groupSecurityHook,
} from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import { refused } from "./refused.ts"

/** BPF_F_ALLOW_*. */
const [ALLOW_OVERRIDE, ALLOW_MULTI] = [1, 2]
const FLAGS = { single: 0, override: ALLOW_OVERRIDE, multi: ALLOW_MULTI } as const
const LSM = "lsm_cgroup"

/** Programs of one attach type on a group; undefined for what this kernel has no such hook of. Throws SkepError. */
export function groupPrograms(
  kernel: KernelCore,
  path: string,
  number: number,
  effective: boolean,
): AttachedPrograms | undefined {
  const group = groupAt(kernel, path)
  const row = groupAttachType(kernel, number)
  if (!row) return undefined
  const hooks = row.name === LSM ? securityHooks(group) : [row.name]
  if (effective) {
    const programs = hooks.flatMap(hook => effectivePrograms(group, hook))
    return { flags: 0, programs: programs.map(({ program }) => ({ id: program.id, flags: 0 })) }
  }
  const programs = hooks.flatMap(hook => {
    const { mode, entries } = group.programs.on(hook) ?? { mode: "single" as const, entries: [] }
    return entries.map(({ attachment }) => ({ id: attachment.program.id, flags: FLAGS[mode] }))
  })
  return { flags: programs[0]?.flags ?? 0, programs }
}

/** LSM hooks that have programs, here or above. */
function securityHooks(group: Cgroup): GroupHook[] {
  const hooks = new Set<GroupHook>()
  for (let at: Cgroup | undefined = group; at; at = at.parent)
    for (const hook of at.programs.hooks()) if (hook.startsWith(`${LSM}/`)) hooks.add(hook)
  return [...hooks]
}

/** BPF_PROG_ATTACH. Throws SkepError. */
export function attachToControlGroup(
  kernel: KernelCore,
  path: string,
  number: number,
  program: EmbeddedProgram,
  flags: number,
): void {
  const group = groupAt(kernel, path)
  const hook = hookOf(kernel, number, program)
  const isMulti = (flags & ALLOW_MULTI) !== 0
  const isOverride = (flags & ALLOW_OVERRIDE) !== 0
  const isFitting = hook !== undefined && isLoadedFor(program, hook)
  if (!isFitting || (isMulti && isOverride)) throw refused("failed to attach program", "EINVAL")
  const mode: GroupMode = isMulti ? "multi" : isOverride ? "override" : "single"
  const attachment = { program, cookie: 0n, offset: 0 }
  const result = attachToGroup(group, attachment, { hook, mode, isLink: false })
  kernel.objects.collect()
  if (typeof result === "string") throw refused("failed to attach program", result)
}

/** BPF_PROG_DETACH. Throws SkepError. */
export function detachFromControlGroup(
  kernel: KernelCore,
  path: string,
  number: number,
  program: EmbeddedProgram,
): void {
  const group = groupAt(kernel, path)
  const hook = hookOf(kernel, number, program)
  if (hook === undefined) throw refused("failed to detach program", "EINVAL")
  const isDone = detachFromGroup(group, hook, program)
  kernel.objects.collect()
  if (!isDone) throw refused("failed to detach program", "ENOENT")
}

/** Where programs of this type go by an attach type; undefined for others. */
function hookOf(kernel: KernelCore, number: number, program: EmbeddedProgram): GroupHook | undefined {
  const row = groupAttachType(kernel, number)
  if (!row?.programTypes.some(type => type === program.type)) return undefined
  return row.name === LSM ? groupSecurityHook(program.spec.target) : row.name
}

/** What a program was loaded for binds some types of programs. */
function isLoadedFor(program: EmbeddedProgram, hook: GroupHook): boolean {
  const { type, attachType: own } = program
  if (type !== "cgroup_skb") return own === undefined || hook.startsWith(own)
  if (own === "cgroup_inet_egress" && hook !== own)
    throw new NotModelledError(
      `prog '${program.name}': whether an egress program may also be attached to ingress is not modelled by the embedded kernel yet`,
    )
  return true
}

function groupAttachType({ profile }: KernelCore, number: number): AttachTypeRow | undefined {
  const row: AttachTypeRow | undefined = attachType(number)
  return row?.name.includes("cgroup") && isSince(row.since, profile.release) ? row : undefined
}

function groupAt(kernel: KernelCore, path: string): Cgroup {
  const group = kernel.cgroups.find(path)
  if (group) return group
  const errno: Errno = kernel.files.find(path) ? "EBADF" : "ENOENT"
  throw new SkepError(`can't open cgroup ${path}: ${errnoText(errno)} (${errno})`, { errno })
}
