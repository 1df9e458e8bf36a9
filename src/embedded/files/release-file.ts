import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityNotice } from "../tracing/security.ts"

const securityInodeFree = securityNotice<[inode: KernelObject]>("inode_free", "inode_free_security")

/** Nothing names the inode and nothing uses it: it goes. */
export const evict = kernelFunction("evict", (kernel, inode: KernelObject): undefined => {
  securityInodeFree(kernel, inode)
})

/** Frees an open file that nothing stands for any more, and what it was open on when that has no name either. */
export function releaseFile(kernel: KernelCore, file: KernelObject): void {
  const { files } = kernel
  const node = files.nodeOf(file.number("f_path.dentry"))
  file.free()
  if (!node || !files.leave(node)) return
  evict(kernel, node.inode)
  files.forget(node)
}
