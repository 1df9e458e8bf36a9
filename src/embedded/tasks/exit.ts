import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import { schedProcessExit } from "./tracepoints.ts"

/** Ends the current task. In Linux it never returns; here the caller takes the task off the CPU. */
const doExit = kernelFunction("do_exit", (kernel, code: number): undefined => {
  const task = kernel.current
  task.object.set("exit_code", code)
  task.exitCode = code
  schedProcessExit(kernel, task.object)
  task.exited = true
})

const doGroupExit = kernelFunction("do_group_exit", (kernel, code: number): undefined => {
  doExit(kernel, code)
})

/** exit_group(2). The status's low byte goes to the second byte of the exit code, as wait(2) reports it. */
export const exitGroup = syscall("exit_group", 231, (kernel, [status]) => {
  doGroupExit(kernel, Number((status ?? 0n) & 0xffn) << 8)
  return 0
})
