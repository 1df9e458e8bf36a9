import type { Errno } from "../../base/index.ts"
import type { Attachment } from "../tracing/hooks.ts"
import type { Cgroup } from "./cgroup.ts"
import { type GroupEntry, type GroupHook, type GroupMode, MOST_PROGRAMS } from "./group-programs.ts"

export interface GroupRequest {
  readonly hook: GroupHook
  readonly mode: GroupMode
  readonly isLink: boolean
  /** With "multi": the program of this id gives up its place. */
  readonly replaces?: number | undefined
}

/** Puts a program on a hook of a group, as cgroup_bpf_attach does: takes it off again, or says why not. */
export function attachToGroup(
  group: Cgroup,
  attachment: Attachment,
  { hook, mode, isLink, replaces }: GroupRequest,
): (() => void) | Errno {
  if (!isAllowedBelow(group.parent, hook)) return "EPERM"
  const programs = group.programs.on(hook)
  if (programs && programs.mode !== mode) return "EPERM"
  const entries = programs?.entries ?? []
  if (entries.length >= MOST_PROGRAMS) return "E2BIG"
  const entry = placeFor(entries, attachment, mode, isLink, replaces)
  if (typeof entry === "string") return entry
  if (entry) entry.attachment = attachment
  const placed: GroupEntry = entry ?? { attachment, isLink }
  if (!entry) group.programs.add(hook, mode, placed)
  if (isLink) return () => group.programs.remove(hook, placed)
  return () => void detachFromGroup(group, hook, attachment.program)
}

/** The nearest group above with programs decides: several allow others below, one alone only if it is to be overridden. */
function isAllowedBelow(above: Cgroup | undefined, hook: GroupHook): boolean {
  for (let group = above; group; group = group.parent) {
    const programs = group.programs.on(hook)
    if (programs) return programs.mode !== "single"
  }
  return true
}

/** The entry whose place the program takes; undefined for a place of its own. */
function placeFor(
  entries: readonly GroupEntry[],
  { program }: Attachment,
  mode: GroupMode,
  isLink: boolean,
  replaces: number | undefined,
): GroupEntry | Errno | undefined {
  if (mode !== "multi") return entries[0]
  const isThere = entries.some(entry => !entry.isLink && entry.attachment.program === program)
  if (!isLink && isThere && program.id !== replaces) return "EINVAL"
  if (replaces === undefined) return undefined
  return entries.find(entry => !entry.isLink && entry.attachment.program.id === replaces) ?? "ENOENT"
}

/** BPF_PROG_DETACH: of several the program itself, of one whatever stands there. False where there is none. */
export function detachFromGroup(group: Cgroup, hook: GroupHook, program: Attachment["program"]): boolean {
  const programs = group.programs.on(hook)
  const found =
    programs?.mode === "multi"
      ? programs.entries.find(entry => !entry.isLink && entry.attachment.program === program)
      : programs?.entries.find(entry => !entry.isLink)
  if (found) group.programs.remove(hook, found)
  return found !== undefined
}

/**
 * What runs for a task or socket of the group, in order: its own programs, then those of the groups above that let
 * several run. The nearest group with programs counts in any case.
 */
export function effectivePrograms(group: Cgroup, hook: GroupHook): readonly Attachment[] {
  const effective: Attachment[] = []
  for (let at: Cgroup | undefined = group; at; at = at.parent) {
    const programs = at.programs.on(hook)
    if (programs && (effective.length === 0 || programs.mode === "multi"))
      effective.push(...programs.entries.map(entry => entry.attachment))
  }
  return effective
}
