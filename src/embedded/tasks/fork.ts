import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { returnFromFork, syscall } from "../tracing/syscall.ts"
import { copyProgram } from "./boot-program.ts"
import { Task } from "./task.ts"
import { schedProcessFork, schedWakeupNew, taskNewtask } from "./tracepoints.ts"

/** CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD: what the C library's fork asks for. */
const FORK_FLAGS = 0x0120_0011
/** The signal that the parent gets when the child ends, in the low byte of the flags. */
const CSIGNAL = 0xff
const NO_MEMORY_NODE = -1

const securityTaskAlloc = securityCheck<[task: KernelObject, cloneFlags: number]>("task_alloc")
const schedPostFork = kernelFunction(
  "sched_post_fork",
  (_kernel, _task: KernelObject): undefined => undefined,
)
const cgroupPostFork = kernelFunction(
  "cgroup_post_fork",
  (_kernel, _task: KernelObject, _args: KernelObject): undefined => undefined,
)

const wakeUpNewTask = kernelFunction("wake_up_new_task", (kernel, task: KernelObject): undefined => {
  schedWakeupNew(kernel, task)
})

/** Children made by the calls in progress, by their task_struct, for the one who asked. */
const born = new WeakMap<KernelCore, Map<number, Task>>()

const copyProcess = kernelFunction(
  "copy_process",
  (kernel, _pid: number, _trace: number, _node: number, args: KernelObject): KernelObject | number => {
    const parent = kernel.current
    const { comm, uid, gid } = parent
    const child = new Task(kernel, { pid: kernel.nextPid(), comm, uid, gid }, parent)
    copyProgram(kernel, child, parent)
    child.commandLine = parent.commandLine
    for (const [signal, handler] of parent.signals.handlers) {
      child.signals.handlers.set(signal, handler)
      child.actionOf(signal).set("sa.sa_handler", parent.actionOf(signal).get("sa.sa_handler"))
    }
    const cloneFlags = args.number("flags")
    const refused = securityTaskAlloc(kernel, child.object, cloneFlags)
    if (refused !== 0) {
      child.release()
      return refused
    }
    const children = born.get(kernel) ?? new Map<number, Task>()
    children.set(child.pid, child)
    born.set(kernel, children)
    schedPostFork(kernel, child.object)
    cgroupPostFork(kernel, child.object, args)
    taskNewtask(kernel, child.object, cloneFlags)
    return child.object
  },
)

const kernelClone = kernelFunction("kernel_clone", (kernel, args: KernelObject): number => {
  const child = copyProcess(kernel, 0, 0, NO_MEMORY_NODE, args)
  if (typeof child === "number") return child
  schedProcessFork(kernel, kernel.current.object, child)
  wakeUpNewTask(kernel, child)
  return child.number("pid")
})

const clone = syscall("clone", (kernel, [flags]) => {
  const args = kernel.types.create("kernel_clone_args", {
    flags: (flags ?? 0n) & ~BigInt(CSIGNAL),
    exit_signal: Number((flags ?? 0n) & BigInt(CSIGNAL)),
  })
  const pid = kernelClone(kernel, args)
  args.free()
  return pid
})

/** What a new task does first: it ends the switch from the task before it, whose run queue is still locked. */
const scheduleTail = kernelFunction(
  "schedule_tail",
  (_kernel, _previous: KernelObject): undefined => undefined,
  { locks: 2, interruptsOff: true },
)

/** fork(): the current task makes a child, which has returned from the call too but does not run yet; or a negative errno. */
export function fork(kernel: KernelCore): Task | number {
  const parent = kernel.current
  const childId = parent.userScratch()
  const last = kernel.architecture.cloneStorageFirst ? [0, childId] : [childId, 0]
  const pid = clone(kernel, FORK_FLAGS, 0, 0, ...last)
  if (pid < 0) return pid
  const child = born.get(kernel)?.get(pid)
  if (!child) throw new Error(`BUG: clone answered ${pid} and made no task`)
  born.get(kernel)?.delete(pid)
  kernel.current = child
  scheduleTail(kernel, parent.object)
  returnFromFork(kernel, "clone")
  kernel.current = parent
  return child
}
