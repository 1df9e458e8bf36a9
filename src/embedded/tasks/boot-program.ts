import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { describeImage } from "./areas.ts"
import type { Task } from "./task.ts"

/** FMODE_READ, FMODE_LSEEK, FMODE_PREAD and FMODE_EXEC: a file that is executed. */
const EXECUTABLE_MODE = 0x2d

/** Gives a task that was there from the start the program that it runs. */
export function bootProgram(kernel: KernelCore, task: Task, path: string): void {
  const node = kernel.files.find(path)
  if (!node) throw new Error(`BUG: a fresh machine has no ${path}`)
  const { inode, dentry } = node
  runFile(kernel, task, inode.address, dentry.address)
}

/** A child runs what its parent does, in memory of its own. */
export function copyProgram(kernel: KernelCore, child: Task, { executable }: Task): void {
  if (executable) runFile(kernel, child, executable.number("f_inode"), executable.number("f_path.dentry"))
}

function runFile(kernel: KernelCore, task: Task, inode: number, dentry: number): void {
  kernel.files.enter(dentry)
  const file: KernelObject = kernel.types.create("file", {
    f_mode: EXECUTABLE_MODE,
    f_inode: inode,
    "f_path.dentry": dentry,
    "f_path.mnt": kernel.files.mount,
  })
  task.executable = file
  describeImage(task)
}
