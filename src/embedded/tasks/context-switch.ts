import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { tracepoint } from "../tracing/tracepoint.ts"
import { tellEvent } from "./software-events.ts"
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

/** What is attached to `sched_switch` runs, then samples of context switches: in the task that leaves the CPU. */
export function contextSwitch(kernel: KernelCore, previous: Task, next: Task): void {
  if (kernel.hooks.onTracepoint("sched_switch")) {
    const isIdle = previous === kernel.idle
    const state = previous.exited ? STATE.exited : isIdle ? STATE.runs : STATE.sleeps
    schedSwitch(kernel, 0, previous.object, next.object, state)
  }
  tellEvent(kernel.softwareEvents["context-switches"], previous)
}
