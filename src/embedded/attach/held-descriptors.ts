import type { KernelCore } from "../core.ts"
import type { Task } from "../tasks/task.ts"

/** An open file of a process. */
export interface HeldDescriptor {
  readonly task: Task
  readonly fd: number
}

/**
 * Opens files in the process on the CPU, which then has them: of a perf event, of a link. `onClose` is called when the process
 * closes the last of them itself, as it does when it ends.
 */
export function openDescriptors(
  kernel: KernelCore,
  count: number,
  onClose: () => void,
): readonly HeldDescriptor[] {
  const task = kernel.current
  let left = count
  return Array.from({ length: count }, () => {
    const fd = task.installFile(kernel.types.create("file", {}), () => {
      left -= 1
      if (left === 0) onClose()
    })
    return { task, fd }
  })
}
