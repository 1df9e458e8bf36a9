import { decodeUtf8 } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { taskFields, tracepoint } from "../tracing/tracepoint.ts"

const DEFAULT_PRIORITY = 120
/** Fires under the task's lock. */
const TASK_LOCKED = { locks: 1 }
/** Fires under the task's and the run queue's lock, interrupts off. */
const QUEUE_LOCKED = { locks: 2, interruptsOff: true }

export const taskNewtask = tracepoint(
  "task",
  "task_newtask",
  (_kernel, task: KernelObject, cloneFlags: number) => ({
    ...taskFields(task),
    clone_flags: cloneFlags,
    oom_score_adj: 0,
  }),
)

export const taskRename = tracepoint(
  "task",
  "task_rename",
  (kernel, task: KernelObject, comm: number) => ({
    pid: task.number("pid"),
    oldcomm: task.text("comm"),
    newcomm: textAt(kernel, comm),
    oom_score_adj: 0,
  }),
  TASK_LOCKED,
)

export const schedProcessFork = tracepoint(
  "sched",
  "sched_process_fork",
  (_kernel, parent: KernelObject, child: KernelObject) => ({
    parent_comm: parent.text("comm"),
    parent_pid: parent.number("pid"),
    child_comm: child.text("comm"),
    child_pid: child.number("pid"),
  }),
)

export const schedWakeupNew = tracepoint(
  "sched",
  "sched_wakeup_new",
  (_kernel, task: KernelObject) => ({
    ...taskFields(task),
    prio: DEFAULT_PRIORITY,
    success: 1,
    target_cpu: 0,
  }),
  QUEUE_LOCKED,
)

/** Since 6.10: the program that is to come, before the old one has gone. */
export const schedPrepareExec = tracepoint(
  "sched",
  "sched_prepare_exec",
  (kernel, task: KernelObject, bprm: KernelObject) => ({
    interp: textAt(kernel, bprm.number("interp")),
    filename: textAt(kernel, bprm.number("filename")),
    pid: task.number("pid"),
    comm: task.text("comm"),
  }),
)

export const schedProcessExec = tracepoint(
  "sched",
  "sched_process_exec",
  (kernel, task: KernelObject, oldPid: number, bprm: KernelObject) => ({
    filename: textAt(kernel, bprm.number("filename")),
    pid: task.number("pid"),
    old_pid: oldPid,
  }),
)

export const schedProcessExit = tracepoint("sched", "sched_process_exit", (_kernel, task: KernelObject) => ({
  ...taskFields(task),
  prio: DEFAULT_PRIORITY,
}))

/** `pid`: the struct pid that is waited for; 0 for any child. */
export const schedProcessWait = tracepoint("sched", "sched_process_wait", (kernel, pid: number) => ({
  comm: kernel.current.comm,
  pid,
  prio: DEFAULT_PRIORITY,
}))

function textAt(kernel: KernelCore, address: number): string {
  return decodeUtf8(kernel.memory.readCString(address))
}
