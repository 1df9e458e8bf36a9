import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import { getname, pathText, putname } from "./filename.ts"
import { AT_FDCWD } from "./open.ts"

const securityInodeUnlink = kernelFunction(
  "security_inode_unlink",
  (_kernel, _directory: KernelObject, _dentry: KernelObject): number => 0,
)

const vfsUnlink = kernelFunction(
  "vfs_unlink",
  (kernel, _idmap: Register, directory: KernelObject, dentry: KernelObject, _delegated: number): number =>
    securityInodeUnlink(kernel, directory, dentry),
)

/** Takes a name away: gives the path back itself, as the kernel's own does. */
const doUnlinkat = kernelFunction("do_unlinkat", (kernel, _dfd: number, filename: KernelObject): number => {
  const path = pathText(kernel, filename)
  return unlinkPath(kernel, path)
})

function unlinkPath(kernel: KernelCore, path: string): number {
  const directory = kernel.files.directoryOf(path)
  const node = kernel.files.find(path)
  if (!directory || !node) return -errnoNumber("ENOENT")
  if (node.directory) return -errnoNumber("EISDIR")
  const refused = vfsUnlink(kernel, 0, directory.inode, node.dentry, 0)
  if (refused === 0) kernel.files.remove(node)
  return refused
}

function unlinkUser(kernel: KernelCore, dfd: number, user: bigint): number {
  const filename = getname(kernel, user)
  const result = doUnlinkat(kernel, dfd, filename.object)
  putname(kernel, filename)
  return result
}

/** unlink(2): 0 or a negative errno. */
export const unlink = syscall("unlink", 87, (kernel, [path]) => unlinkUser(kernel, AT_FDCWD, path ?? 0n))

/** unlinkat(2) without AT_REMOVEDIR: 0 or a negative errno. */
export const unlinkat = syscall("unlinkat", 263, (kernel, [dfd, path]) =>
  unlinkUser(kernel, Number(BigInt.asIntN(32, dfd ?? 0n)), path ?? 0n),
)
