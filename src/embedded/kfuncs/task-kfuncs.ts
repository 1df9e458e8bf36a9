import { ArgumentRefusal, hex, word } from "../helpers/argument.ts"
import type { HelperFunction, HelperTable } from "../helpers/helper.ts"

const acquire: HelperFunction = (kernel, [task]) => (kernel.acquireTask(Number(task)) ? task : 0n)

const release: HelperFunction = (kernel, [task]) => {
  if (kernel.releaseTask(Number(task))) return 0
  throw new ArgumentRefusal(`the argument ${hex(task)} is no task that a program holds`)
}

/** References to tasks. */
export const TASK_KFUNCS: HelperTable = {
  bpf_task_acquire: acquire,
  bpf_task_release: release,
  bpf_task_from_pid: (kernel, [pid]) => {
    const task = kernel.taskOfPid(word(pid) | 0)
    return task !== undefined && kernel.acquireTask(task) ? task : 0
  },
}
