import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import { schedProcessExit } from "./tracepoints.ts"

/** In a task's flags: it is ending. */
export const PF_EXITING = 4

const exitSignals = kernelFunction("exit_signals", (_kernel, task: KernelObject): undefined => {
  task.set("flags", task.number("flags") | PF_EXITING)
})
const exitMmRelease = kernelFunction(
  "exit_mm_release",
  (_kernel, _task: KernelObject, _mm: KernelObject): undefined => undefined,
)
const exitFiles = kernelFunction("exit_files", (kernel, _task: KernelObject): undefined => {
  kernel.current.closeFiles()
})

/** Ends the current task, which stays as a zombie until its parent has waited for it. It returns to nobody. */
const doExit = kernelFunction("do_exit", (kernel, code: number): undefined => {
  const task = kernel.current
  exitSignals(kernel, task.object)
  task.object.set("exit_code", code)
  task.exitCode = code
  exitMmRelease(kernel, task.object, task.mm)
  task.dropImage()
  schedProcessExit(kernel, task.object)
  exitFiles(kernel, task.object)
  task.orphanChildren()
  task.exited = true
})

/** Ends the current process with an exit code as wait(2) reports it. */
export const doGroupExit = kernelFunction("do_group_exit", (kernel, code: number): undefined => {
  doExit(kernel, code)
})

/** exit_group(2). The status's low byte goes to the second byte of the exit code, as wait(2) reports it. */
export const exitGroup = syscall("exit_group", (kernel, [status]) => {
  doGroupExit(kernel, Number((status ?? 0n) & 0xffn) << 8)
  return 0
})
