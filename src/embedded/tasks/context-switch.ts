import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { tracepoint } from "../tracing/tracepoint.ts"
import type { Task } from "./task.ts"

const DEFAULT_PRIORITY = 120
/** The run queue is locked, interrupts are off. */
const QUEUE_LOCKED = { locks: 2, interruptsOff: true }
/** TASK_INTERRUPTIBLE, EXIT_ZOMBIE. */
const STATE = { runs: 0, sleeps: 1, exited: 0x20 } as const

const schedSwitch = tracepoint(
  "sched",
  "sched_switch",
  (_kernel, _preempt: number, previous: KernelObject, next: KernelObject, state: number) => ({
    prev_comm: previous.text("comm"),
    prev_pid: previous.number("pid"),
    prev_prio: DEFAULT_PRIORITY,
    prev_state: state,
    next_comm: next.text("comm"),
    next_pid: next.number("pid"),
    next_prio: DEFAULT_PRIORITY,
  }),
  QUEUE_LOCKED,
)

/** Told of each task that leaves the CPU, while it is still the current one. */
export type ContextSwitchListener = (previous: Task) => void

/** What is attached to `sched_switch` runs, then samples of context switches: in the task that leaves the CPU. */
export function contextSwitch(kernel: KernelCore, previous: Task, next: Task): void {
  if (kernel.hooks.onTracepoint("sched_switch")) {
    const isIdle = previous === kernel.idle
    const state = previous.exited ? STATE.exited : isIdle ? STATE.runs : STATE.sleeps
    schedSwitch(kernel, 0, previous.object, next.object, state)
  }
  // A listener may go while it is told.
  if (kernel.contextSwitches.size > 0) for (const listener of [...kernel.contextSwitches]) listener(previous)
}
