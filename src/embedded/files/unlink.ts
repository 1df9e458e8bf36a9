import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { syscall } from "../tracing/syscall.ts"
import type { FileNode } from "./file-tree.ts"
import { copyFilename, getnameFlags, pathText, putname } from "./filename.ts"
import { inodePermission } from "./inode-permission.ts"
import { removeDirectoryAt, rmdir } from "./make-directory.ts"
import { mntDropWrite, mntWantWrite } from "./mount-write.ts"
import { AT_FDCWD } from "./open.ts"
import { ownerMap } from "./owner-map.ts"
import { MAY_EXEC, MAY_WRITE, mayRemove } from "./permission.ts"
import { evict } from "./release-file.ts"
import { filenameParentat } from "./walk.ts"

const AT_REMOVEDIR = 0x200

const securityPathUnlink = securityCheck<[directory: KernelObject, dentry: KernelObject]>("path_unlink")
const securityInodeUnlink = securityCheck<[directory: KernelObject, dentry: KernelObject]>("inode_unlink")

const [EPERM, EISDIR, ENOENT, ENOTDIR] = (["EPERM", "EISDIR", "ENOENT", "ENOTDIR"] as const).map(
  name => -errnoNumber(name),
) as [number, number, number, number]

/** Whether the task on the CPU may take this name from the directory. */
const mayDelete = kernelFunction(
  "may_delete",
  (kernel, owners: Register, directory: KernelObject, dentry: KernelObject, _isDirectory: number): number => {
    const node = kernel.files.nodeOf(dentry.address)
    if (!node?.parent) return ENOENT
    const refused = inodePermission(kernel, owners, directory, MAY_WRITE | MAY_EXEC)
    if (refused !== 0) return refused
    if (!mayRemove(kernel.current, node.parent, node)) return EPERM
    return node.directory ? EISDIR : 0
  },
)

/** The dentry names nothing any more. */
const dDelete = kernelFunction("d_delete", (_kernel, _dentry: KernelObject): undefined => undefined)

const vfsUnlink = kernelFunction(
  "vfs_unlink",
  (
    kernel,
    owners: Register,
    directory: KernelObject,
    dentry: KernelObject,
    _delegated: KernelObject,
  ): number => {
    const refused =
      mayDelete(kernel, owners, directory, dentry, 0) || securityInodeUnlink(kernel, directory, dentry)
    if (refused === 0) dDelete(kernel, dentry)
    return refused
  },
)

const lookupOneQstrExcl = kernelFunction(
  "lookup_one_qstr_excl",
  (_kernel, name: LastName, _base: KernelObject, _flags: number): KernelObject => name.dentry,
)

/** A struct qstr, which probes see by its address, and the dentry of that name: without an inode when there is no such file. */
interface LastName {
  readonly address: number
  readonly dentry: KernelObject
}

/** Takes a name away, and gives the path back whatever comes of it. */
const doUnlinkat = kernelFunction(
  "do_unlinkat",
  (kernel, dfd: number, filename: KernelObject | number): number => {
    if (typeof filename === "number") return filename
    const place = kernel.types.create("path")
    const result = filenameParentat(kernel, dfd, filename, 0, place) || unlinkIn(kernel, place, filename)
    place.free()
    putname(kernel, filename)
    return result
  },
)

/** Behind the walk to the directory. */
function unlinkIn(kernel: KernelCore, place: KernelObject, filename: KernelObject): number {
  const { files } = kernel
  const refused = mntWantWrite(kernel, files.mount)
  if (refused !== 0) return refused
  const result = unlinkName(kernel, place, pathText(kernel, filename))
  mntDropWrite(kernel, files.mount)
  return result
}

function unlinkName(kernel: KernelCore, place: KernelObject, path: string): number {
  const { files, types } = kernel
  const directory = types.at("dentry", place.number("dentry"))
  const node = files.find(path)
  lookUpLast(kernel, directory, node)
  if (!node) return ENOENT
  // A slash at the end asks for a directory.
  if (files.goesThroughFile(path)) return ENOTDIR
  // Where a file is told that it has to give a delegation back first: a pointer in the caller's frame.
  const delegated = types.create("list_head")
  const inode = types.at("inode", directory.number("d_inode"))
  const refused =
    securityPathUnlink(kernel, place, node.dentry) ||
    vfsUnlink(kernel, ownerMap(kernel), inode, node.dentry, delegated)
  delegated.free()
  if (refused !== 0) return refused
  if (node.users === 0) evict(kernel, node.inode)
  files.remove(node)
  return 0
}

function lookUpLast(kernel: KernelCore, directory: KernelObject, node: FileNode | undefined): void {
  const { types } = kernel
  const name = types.create("qstr", { name: node?.nameAddress ?? 0 })
  const dentry = node?.dentry ?? types.create("dentry", { d_parent: directory })
  lookupOneQstrExcl(kernel, { address: name.address, dentry }, directory, 0)
  name.free()
  if (!node) dentry.free()
}

const unlink = syscall("unlink", (kernel, [path]) =>
  doUnlinkat(kernel, AT_FDCWD, copyFilename(kernel, path ?? 0n)),
)

/** unlinkat(2): 0 or a negative errno. */
export const unlinkat = syscall("unlinkat", (kernel, [dfd, path, flags]) => {
  if (((flags ?? 0n) & ~BigInt(AT_REMOVEDIR)) !== 0n) return -errnoNumber("EINVAL")
  const directory = Number(BigInt.asIntN(32, dfd ?? 0n))
  if (flags === BigInt(AT_REMOVEDIR)) return removeDirectoryAt(kernel, directory, path ?? 0n)
  return doUnlinkat(kernel, directory, getnameFlags(kernel, path ?? 0n, 0, 0))
})

/** unlink(2), or unlinkat(2) where that is all there is, as the C library calls it: 0 or a negative errno. */
export function removeName(kernel: KernelCore, path: number): number {
  if (kernel.architecture.calls.unlink !== undefined) return unlink(kernel, path)
  return unlinkat(kernel, AT_FDCWD, path, 0)
}

/** The same of rmdir(2). */
export function removeDirectory(kernel: KernelCore, path: number): number {
  if (kernel.architecture.calls.rmdir !== undefined) return rmdir(kernel, path)
  return unlinkat(kernel, AT_FDCWD, path, AT_REMOVEDIR)
}
