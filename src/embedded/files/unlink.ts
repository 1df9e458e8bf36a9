import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { syscall } from "../tracing/syscall.ts"
import { copyFilename, getnameFlags, pathText, putname } from "./filename.ts"
import { AT_FDCWD } from "./open.ts"
import { ownerMap } from "./owner-map.ts"
import { MAY_EXEC, MAY_WRITE, mayAccess, mayRemove } from "./permission.ts"

const AT_REMOVEDIR = 0x200

const securityPathUnlink = securityCheck<[directory: KernelObject, dentry: KernelObject]>("path_unlink")
const securityInodeUnlink = securityCheck<[directory: KernelObject, dentry: KernelObject]>("inode_unlink")

const vfsUnlink = kernelFunction(
  "vfs_unlink",
  (
    kernel,
    _owners: Register,
    directory: KernelObject,
    dentry: KernelObject,
    _delegated: KernelObject,
  ): number => securityInodeUnlink(kernel, directory, dentry),
)

/** Takes a name away, and gives the path back whatever comes of it. */
const doUnlinkat = kernelFunction(
  "do_unlinkat",
  (kernel, _dfd: number, filename: KernelObject | number): number => {
    if (typeof filename === "number") return filename
    const result = unlinkPath(kernel, pathText(kernel, filename))
    putname(kernel, filename)
    return result
  },
)

function unlinkPath(kernel: KernelCore, path: string): number {
  if (kernel.files.goesThroughFile(path)) return -errnoNumber("ENOTDIR")
  const directory = kernel.files.directoryOf(path)
  const node = kernel.files.find(path)
  if (!directory || !node) return -errnoNumber("ENOENT")
  if (!mayAccess(kernel.current, directory, MAY_WRITE | MAY_EXEC)) return -errnoNumber("EACCES")
  if (!mayRemove(kernel.current, directory, node)) return -errnoNumber("EPERM")
  if (node.directory) return -errnoNumber("EISDIR")
  const place = kernel.types.create("path", { dentry: directory.dentry, mnt: kernel.files.mount })
  // Where a file is told that it has to give a delegation back first: a pointer in the caller's frame.
  const delegated = kernel.types.create("list_head")
  const refused =
    securityPathUnlink(kernel, place, node.dentry) ||
    vfsUnlink(kernel, ownerMap(kernel), directory.inode, node.dentry, delegated)
  delegated.free()
  place.free()
  if (refused === 0) kernel.files.remove(node)
  return refused
}

/** unlink(2): 0 or a negative errno. */
export const unlink = syscall("unlink", 87, (kernel, [path]) =>
  doUnlinkat(kernel, AT_FDCWD, copyFilename(kernel, path ?? 0n)),
)

/** unlinkat(2) without AT_REMOVEDIR: 0 or a negative errno. */
export const unlinkat = syscall("unlinkat", 263, (kernel, [dfd, path, flags]) => {
  if (((flags ?? 0n) & ~BigInt(AT_REMOVEDIR)) !== 0n) return -errnoNumber("EINVAL")
  const filename = getnameFlags(kernel, path ?? 0n, 0, 0)
  return doUnlinkat(kernel, Number(BigInt.asIntN(32, dfd ?? 0n)), filename)
})
