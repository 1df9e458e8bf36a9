import { errnoNumber, NotModelledError } from "../../base/index.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import type { Task } from "./task.ts"
import { schedProcessWait } from "./tracepoints.ts"

export const WNOHANG = 1
/** waitpid's pid for "any child". */
export const ANY_CHILD = -1

const releaseTask = kernelFunction("release_task", (_kernel, _task: KernelObject): undefined => undefined)

/** Takes a zombie child away; the answer is its pid, 0 when all still run, −ECHILD when there is none. */
const doWait = kernelFunction("do_wait", (kernel, options: KernelObject): bigint => {
  const { current } = kernel
  schedProcessWait(kernel, 0)
  const wanted = options.number("wo_flags")
  const children = [...current.children]
  const zombie = children.find(child => child.exited)
  if (!zombie) return BigInt(children.length === 0 ? -errnoNumber("ECHILD") : sleep(current, wanted))
  const { pid, exitCode } = zombie
  releaseTask(kernel, zombie.object)
  zombie.release()
  options.set("wo_stat", exitCode)
  return BigInt(pid)
})

/** Nobody runs while a task of the model sleeps, so it would sleep forever. */
function sleep(task: Task, options: number): number {
  if ((options & WNOHANG) !== 0) return 0
  throw new NotModelledError(
    `process ${task.pid} waits for a child that still runs: the embedded kernel does not switch tasks by itself`,
    { hint: "let the child exit first, or wait with noHang" },
  )
}

const kernelWait4 = kernelFunction(
  "kernel_wait4",
  (kernel, _pid: number, status: bigint, options: number, _usage: bigint): bigint => {
    const work = kernel.types.create("wait_opts", { wo_flags: options })
    const result = doWait(kernel, work)
    if (result > 0n && status !== 0n)
      kernel.memory.view.setInt32(Number(status), work.number("wo_stat"), true)
    work.free()
    return result
  },
)

/** wait4(2) for any child: the pid of the one taken, 0 or a negative errno. */
export const wait4 = syscall("wait4", (kernel, [pid, status, options, usage]) =>
  Number(
    kernelWait4(
      kernel,
      Number(BigInt.asIntN(32, pid ?? 0n)),
      status ?? 0n,
      Number(BigInt.asIntN(32, options ?? 0n)),
      usage ?? 0n,
    ),
  ),
)
