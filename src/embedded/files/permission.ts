import type { Task } from "../tasks/task.ts"
import type { FileNode } from "./file-tree.ts"

export const MAY_EXEC = 1
export const MAY_WRITE = 2
export const MAY_READ = 4

const STICKY = 0o1000
const ANY_EXEC = 0o111

/** What the mode of a file lets a task do: owner, group or others; root may do everything but execute what nobody may. */
export function mayAccess(
  task: Task,
  { inode, directory }: Pick<FileNode, "inode" | "directory">,
  wanted: number,
): boolean {
  const mode = inode.number("i_mode")
  if (task.uid === 0) return directory || (wanted & MAY_EXEC) === 0 || (mode & ANY_EXEC) !== 0
  const isOwner = task.uid === inode.number("i_uid.val")
  const isGroup = task.gid === inode.number("i_gid.val")
  const bits = (isOwner ? mode >> 6 : isGroup ? mode >> 3 : mode) & 7
  const asked = wanted & (MAY_READ | MAY_WRITE | MAY_EXEC)
  return (bits & asked) === asked
}

/** From a sticky directory (/tmp) only owners take names: of the file or of the directory. */
export function mayRemove(task: Task, directory: FileNode, node: FileNode): boolean {
  const isSticky = (directory.inode.number("i_mode") & STICKY) !== 0
  const owners = [node, directory].map(({ inode }) => inode.number("i_uid.val"))
  return !isSticky || task.uid === 0 || owners.includes(task.uid)
}
