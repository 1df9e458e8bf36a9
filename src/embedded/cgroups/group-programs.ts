import type { Attachment } from "../tracing/hooks.ts"

/** Where programs stand in a group: an attach type ("cgroup_device"), of LSM programs with its function behind it. */
export type GroupHook = string

/** Programs of one hook that stand beside each other. */
export const MOST_PROGRAMS = 64

export interface GroupEntry {
  attachment: Attachment
  /** Links stand until they are detached; other programs give up their place to the next one. */
  readonly isLink: boolean
}

interface HookPrograms {
  /** What the first of them was attached with: all that come later have to agree. */
  mode: GroupMode
  readonly entries: GroupEntry[]
}

/** One program that excludes others below; one that lets others below take over; or several at once, here and below. */
export type GroupMode = "single" | "override" | "multi"

/** The programs that are attached to one group itself. */
export class GroupPrograms {
  readonly #hooks = new Map<GroupHook, HookPrograms>()

  /** Undefined when there is no program of this hook. */
  on(hook: GroupHook): HookPrograms | undefined {
    return this.#hooks.get(hook)
  }

  add(hook: GroupHook, mode: GroupMode, entry: GroupEntry): void {
    const programs = this.#hooks.get(hook) ?? { mode, entries: [] }
    programs.mode = mode
    programs.entries.push(entry)
    this.#hooks.set(hook, programs)
  }

  remove(hook: GroupHook, entry: GroupEntry): void {
    const programs = this.#hooks.get(hook)
    const index = programs?.entries.indexOf(entry) ?? -1
    if (!programs || index < 0) return
    programs.entries.splice(index, 1)
    if (programs.entries.length === 0) this.#hooks.delete(hook)
  }

  hooks(): Iterable<GroupHook> {
    return this.#hooks.keys()
  }
}
