import type { KernelCore } from "../core.ts"

/** Where in the column the depth stands. */
const DEPTH = 3

/** What holds around a tracepoint or function while it fires. */
export interface Surroundings {
  /** Locks held: each counts one in the preemption depth. */
  readonly locks?: number
  readonly interruptsOff?: boolean
}

/**
 * The flags column of trace pipe lines: interrupts, rescheduling, context, preemption depth, migration. The depths
 * that each kind of hook adds itself were seen on 6.1 and 6.12 (test/ground-truth).
 */
function column(
  preemption: number,
  migration: boolean,
  { locks = 0, interruptsOff = false }: Surroundings,
): string {
  const depth = preemption + locks
  return `${interruptsOff ? "d" : "."}..${depth === 0 ? "." : depth}${migration ? "1" : "."}`
}

/** Kernels that do not count how deep they have forbidden preemption show no depth. */
export function shownFlags({ profile }: KernelCore, flags: string): string {
  if (profile.config("CONFIG_PREEMPT_COUNT") === "y") return flags
  return `${flags.slice(0, DEPTH)}.${flags.slice(DEPTH + 1)}`
}

export const TRACE_FLAGS = {
  /** A kprobe that shares its function with fentry or fexit programs runs one level deeper. */
  kprobe: (shared: boolean, around: Surroundings = {}): string => column(shared ? 3 : 2, true, around),
  kretprobe: (around: Surroundings = {}): string => column(2, true, around),
  trampoline: (around: Surroundings = {}): string => column(1, true, around),
  event: (around: Surroundings): string => column(2, true, around),
  raw: (around: Surroundings): string => column(2, false, around),
} as const
