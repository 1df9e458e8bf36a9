import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { returnFromFork, syscall } from "../tracing/syscall.ts"
import { Task } from "./task.ts"
import { schedProcessFork, schedWakeupNew, taskNewtask } from "./tracepoints.ts"

/** CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID: what the C library's fork asks for. */
const FORK_FLAGS = 0x0120_0000

const wakeUpNewTask = kernelFunction("wake_up_new_task", (kernel, task: KernelObject): undefined => {
  schedWakeupNew(kernel, task)
})

/** Children made by the calls in progress, by their pid, for the one who asked. */
const born = new WeakMap<KernelCore, Map<number, Task>>()

const kernelClone = kernelFunction("kernel_clone", (kernel, args: KernelObject): number => {
  const parent = kernel.current
  const { comm, uid, gid } = parent
  const child = new Task(kernel, { pid: kernel.nextPid(), comm, uid, gid }, parent)
  taskNewtask(kernel, child.object, args.number("flags"))
  schedProcessFork(kernel, parent.object, child.object)
  wakeUpNewTask(kernel, child.object)
  const children = born.get(kernel) ?? new Map<number, Task>()
  children.set(child.pid, child)
  born.set(kernel, children)
  return child.pid
})

const clone = syscall("clone", 56, (kernel, [flags]) => {
  const args = kernel.types.create("kernel_clone_args", { flags: flags ?? 0n })
  const pid = kernelClone(kernel, args)
  args.free()
  return pid
})

/** fork(): the current task makes a child, which has returned from the call too but does not run yet. */
export function fork(kernel: KernelCore): Task {
  const parent = kernel.current
  const pid = clone(kernel, FORK_FLAGS)
  const child = born.get(kernel)?.get(pid)
  if (!child) throw new Error(`BUG: clone answered ${pid} and made no task`)
  born.get(kernel)?.delete(pid)
  kernel.current = child
  returnFromFork(kernel, "clone")
  kernel.current = parent
  return child
}
