import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { FileNode } from "./file-tree.ts"
import { O_RDWR, O_WRONLY } from "./flags.ts"

/** An open file on what stands behind a name, past no hook: as a process has it that did not open it itself. */
export function fileOn(
  { types, files }: Pick<KernelCore, "types" | "files">,
  { dentry, inode }: FileNode,
  flags: number,
): KernelObject {
  files.enter(dentry.address)
  return types.create("file", {
    f_flags: flags,
    f_mode: fileMode(flags),
    f_inode: inode,
    "f_path.dentry": dentry,
    "f_path.mnt": files.mount,
  })
}

/** FMODE_READ and FMODE_WRITE of the access mode. */
export function fileMode(flags: number): number {
  return ((flags & (O_WRONLY | O_RDWR)) + 1) & 3
}
