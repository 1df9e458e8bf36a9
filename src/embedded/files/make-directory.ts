import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { syscall } from "../tracing/syscall.ts"
import type { FileNode } from "./file-tree.ts"
import { getname, pathText, putname } from "./filename.ts"
import { AT_FDCWD } from "./open.ts"
import { ownerMap } from "./owner-map.ts"
import { MAY_EXEC, MAY_WRITE, mayAccess, mayRemove } from "./permission.ts"

const securityPathMkdir =
  securityCheck<[directory: KernelObject, dentry: KernelObject, mode: number]>("path_mkdir")
const securityInodeMkdir =
  securityCheck<[directory: KernelObject, dentry: KernelObject, mode: number]>("inode_mkdir")
const securityPathRmdir = securityCheck<[directory: KernelObject, dentry: KernelObject]>("path_rmdir")
const securityInodeRmdir = securityCheck<[directory: KernelObject, dentry: KernelObject]>("inode_rmdir")

const vfsMkdir = kernelFunction(
  "vfs_mkdir",
  (kernel, _owners: Register, directory: KernelObject, dentry: KernelObject, mode: number): number =>
    securityInodeMkdir(kernel, directory, dentry, mode),
)
const vfsRmdir = kernelFunction(
  "vfs_rmdir",
  (kernel, _owners: Register, directory: KernelObject, dentry: KernelObject): number =>
    securityInodeRmdir(kernel, directory, dentry),
)

/** The umask of a shell. */
const UMASK = 0o022

const doMkdirat = kernelFunction(
  "do_mkdirat",
  (kernel, _dfd: number, filename: KernelObject | number, mode: number): number => {
    if (typeof filename === "number") return filename
    const result = makeDirectoryIn(kernel, pathText(kernel, filename), mode & ~UMASK)
    putname(kernel, filename)
    return result
  },
)

const doRmdir = kernelFunction(
  "do_rmdir",
  (kernel, _dfd: number, filename: KernelObject | number): number => {
    if (typeof filename === "number") return filename
    const result = removeDirectory(kernel, pathText(kernel, filename))
    putname(kernel, filename)
    return result
  },
)

function makeDirectoryIn(kernel: KernelCore, path: string, mode: number): number {
  const { files, current } = kernel
  const above = files.directoryOf(path)
  if (!above) return -errnoNumber(files.goesThroughFile(path) ? "ENOTDIR" : "ENOENT")
  if (files.find(path)) return -errnoNumber("EEXIST")
  if (!mayAccess(current, above, MAY_WRITE | MAY_EXEC)) return -errnoNumber("EACCES")
  const make = above.folder?.make
  // What is generated takes no new names, unless its kind says how.
  if (above.folder && !make) return -errnoNumber("EPERM")
  // The BPF file system keeps dots in names for what may come.
  if (above.isSealed && path.split("/").at(-1)?.includes(".")) return -errnoNumber("EPERM")
  const node = files.create(path, { directory: true, mode, uid: current.uid, gid: current.gid })
  const refused = withPlace(kernel, above, place => {
    const asked = securityPathMkdir(kernel, place, node.dentry, mode)
    return asked || vfsMkdir(kernel, ownerMap(kernel), above.inode, node.dentry, mode)
  })
  if (refused !== 0 || make) files.remove(node)
  return refused || (make?.(node.name) ?? 0)
}

function removeDirectory(kernel: KernelCore, path: string): number {
  const { files, current } = kernel
  const node = files.find(path)
  const above = node?.parent
  if (!node) return -errnoNumber(files.goesThroughFile(path) ? "ENOTDIR" : "ENOENT")
  if (!node.directory) return -errnoNumber("ENOTDIR")
  if (!above) return -errnoNumber("EBUSY")
  if (!mayAccess(current, above, MAY_WRITE | MAY_EXEC)) return -errnoNumber("EACCES")
  if (!mayRemove(current, above, node)) return -errnoNumber("EPERM")
  const remove = above.folder?.remove
  if (above.folder && !remove) return -errnoNumber("EPERM")
  if (!remove && files.names(node).length > 0) return -errnoNumber("ENOTEMPTY")
  const refused = withPlace(kernel, above, place => {
    const asked = securityPathRmdir(kernel, place, node.dentry)
    return asked || vfsRmdir(kernel, ownerMap(kernel), above.inode, node.dentry)
  })
  if (refused !== 0) return refused
  if (remove) return remove(node.name)
  files.remove(node)
  return 0
}

function withPlace(kernel: KernelCore, directory: FileNode, action: (place: KernelObject) => number): number {
  const place = kernel.types.create("path", { dentry: directory.dentry, mnt: kernel.files.mount })
  try {
    return action(place)
  } finally {
    place.free()
  }
}

const mkdir = syscall("mkdir", (kernel, [path, mode]) =>
  doMkdirat(kernel, AT_FDCWD, getname(kernel, path ?? 0n), Number(mode ?? 0n)),
)
const mkdirat = syscall("mkdirat", (kernel, [dfd, path, mode]) =>
  doMkdirat(kernel, Number(BigInt.asIntN(32, dfd ?? 0n)), getname(kernel, path ?? 0n), Number(mode ?? 0n)),
)

/** mkdir(2), or mkdirat(2) where that is all there is, as the C library calls it: 0 or a negative errno. */
export function makeDirectory(kernel: KernelCore, path: number, mode: number): number {
  if (kernel.architecture.calls.mkdir !== undefined) return mkdir(kernel, path, mode)
  return mkdirat(kernel, AT_FDCWD, path, mode)
}

/** The body of rmdir(2), which unlinkat(2) has too. */
export function removeDirectoryAt(kernel: KernelCore, dfd: number, path: bigint): number {
  return doRmdir(kernel, dfd, getname(kernel, path))
}

/** rmdir(2). */
export const rmdir = syscall("rmdir", (kernel, [path]) => removeDirectoryAt(kernel, AT_FDCWD, path ?? 0n))
