import { errnoNumber } from "../../base/index.ts"
import type { HookFacts, KernelCore } from "../core.ts"
import type { Cgroup } from "./cgroup.ts"
import type { GroupHook } from "./group-programs.ts"

/** What programs of a hook know of the run besides their context, and decide with. */
export interface GroupRun {
  readonly group: Cgroup
  readonly hook: GroupHook
  /** What the caller gets: 0 or a negative errno. bpf_get_retval and bpf_set_retval read and write it. */
  retval: number
  /** What only some hooks know: see the hook. */
  readonly state?: unknown
}

/** Programs run with migration off; the trace itself takes one level of preemption. */
const TRACE_FLAGS = "...11"
const EPERM = -errnoNumber("EPERM")

export interface GroupRunOptions {
  readonly retval?: number
  readonly state?: unknown
  /** Where in memory the result stands while programs run: a field of their context. */
  readonly retvalAt?: number
  readonly traceFlags?: string
  /** Answers above 1 carry flags beside the verdict, as bind's do. They come back ORed together. */
  readonly onFlags?: (flags: number) => void
}

/**
 * Runs all programs of a hook for a member of a group, whatever each answers. 0 of one of them makes EPERM of the
 * result, unless it is an error already. The answer is 0 or a negative errno.
 */
export function runGroupPrograms(
  kernel: KernelCore,
  group: Cgroup,
  hook: GroupHook,
  context: number,
  options: GroupRunOptions = {},
): number {
  const run: GroupRun = { group, hook, retval: 0, state: options.state }
  if (options.retvalAt !== undefined) keepRetval(kernel, run, options.retvalAt)
  run.retval = options.retval ?? 0
  const facts: HookFacts = { traceFlags: options.traceFlags ?? TRACE_FLAGS, group: run }
  let flags = 0
  for (const attachment of kernel.cgroups.effective(group, hook)) {
    const answer = Number(kernel.run(attachment, context, facts) & 0xffff_ffffn)
    flags |= answer >> 1
    const isAllowed = options.onFlags ? (answer & 1) === 1 : answer !== 0
    if (!isAllowed && run.retval >= 0) run.retval = EPERM
  }
  options.onFlags?.(flags)
  return run.retval
}

function keepRetval({ memory }: KernelCore, run: GroupRun, at: number): void {
  Object.defineProperty(run, "retval", {
    get: () => memory.view.getInt32(at, true),
    set: (value: number) => memory.view.setInt32(at, value, true),
  })
}

/** True when a program of this hook would run for a member of the group. */
export function hasGroupPrograms(kernel: KernelCore, group: Cgroup, hook: GroupHook): boolean {
  return kernel.cgroups.effective(group, hook).length > 0
}
