import { errnoNumber } from "../../base/index.ts"
import { mayOpenDevice } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { syscall } from "../tracing/syscall.ts"
import { fileMode } from "./file-on.ts"
import { type FileNode, S_IFREG } from "./file-tree.ts"
import { getname, pathText, putname } from "./filename.ts"
import { O_CREAT, O_DIRECTORY, O_EXCL, O_TRUNC } from "./flags.ts"
import { MAY_EXEC, MAY_READ, MAY_WRITE, mayAccess } from "./permission.ts"
import { regularFile } from "./regular-file.ts"

export const AT_FDCWD = -100
/** __FMODE_EXEC: the file is opened to be executed. */
export const FMODE_EXEC = 0x20
const FMODE_READ = 1
const FMODE_WRITE = 2

/** Follow a symbolic link at the path's end. */
export const LOOKUP_FOLLOW = 0x1
/** Walk the path without taking locks: what is tried first. */
const LOOKUP_RCU = 0x40

const securityFileOpen = securityCheck<[file: KernelObject]>("file_open")

const doDentryOpen = kernelFunction(
  "do_dentry_open",
  (kernel, file: KernelObject, _inodeOrOpen: Register, _open: Register): number =>
    securityFileOpen(kernel, file),
)

/** Fills a file in with what it is open on. Before 6.10 do_dentry_open is told the inode beside the file. */
const vfsOpen = kernelFunction("vfs_open", (kernel, path: number, file: KernelObject): number => {
  const from = kernel.types.at("path", path)
  const dentry = kernel.types.at("dentry", from.number("dentry"))
  file.set("f_path.mnt", from.get("mnt")).set("f_path.dentry", dentry).set("f_inode", dentry.get("d_inode"))
  return kernel.since("6.10")
    ? doDentryOpen(kernel, file, 0, 0)
    : doDentryOpen(kernel, file, dentry.get("d_inode"), 0)
})

const securityPathMknod =
  securityCheck<[directory: number, dentry: KernelObject, mode: number, device: number]>("path_mknod")
const securityInodeCreate =
  securityCheck<[directory: KernelObject, dentry: KernelObject, mode: number]>("inode_create")

/** Walks the path (the model's own walk has no hooks), makes the file if it is asked for, opens it. */
const pathOpenat = kernelFunction(
  "path_openat",
  (kernel, walk: KernelObject, how: KernelObject, _lookup: number): KernelObject | number => {
    const path = pathText(kernel, kernel.types.at("filename", walk.number("name")))
    const open = how.number("open_flag")
    const isNew = !kernel.files.find(path)
    const node = lookup(kernel, walk, path, open, how.number("mode"))
    if (typeof node === "number") return node
    // Whoever makes a file has it open as asked, whatever its mode says.
    const refusal = isNew ? 0 : refuseOpen(kernel, node, open)
    if (refusal !== 0) return refusal
    walk.set("path.mnt", kernel.files.mount).set("path.dentry", node.dentry)
    const file = kernel.types.create("file", { f_flags: open, f_mode: fileMode(open) })
    const refused = vfsOpen(kernel, walk.addressOf("path"), file)
    if (refused === 0) {
      if ((open & O_TRUNC) !== 0) node.operations?.truncate?.()
      return file
    }
    file.free()
    return refused
  },
)

/** Kind and mode of what is to be opened: 0 or a negative errno. */
function refuseOpen(kernel: KernelCore, node: FileNode, flags: number): number {
  const isExec = (flags & FMODE_EXEC) !== 0
  const access = fileMode(flags)
  if (node.directory && isExec) return -errnoNumber("EACCES")
  if (node.directory && (access & FMODE_WRITE) !== 0) return -errnoNumber("EISDIR")
  const wanted =
    ((access & FMODE_READ) !== 0 && !isExec ? MAY_READ : 0) |
    ((access & FMODE_WRITE) !== 0 ? MAY_WRITE : 0) |
    (isExec ? MAY_EXEC : 0)
  if (!mayAccess(kernel.current, node, wanted)) return -errnoNumber("EACCES")
  return node.device ? mayOpenDevice(kernel, node.device, wanted) : 0
}

function lookup(
  kernel: KernelCore,
  walk: KernelObject,
  path: string,
  flags: number,
  mode: number,
): FileNode | number {
  const { files } = kernel
  if (files.goesThroughFile(path)) return -errnoNumber("ENOTDIR")
  const existing = files.find(path)
  if (existing) {
    if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) return -errnoNumber("EEXIST")
    if ((flags & O_DIRECTORY) !== 0 && !existing.directory) return -errnoNumber("ENOTDIR")
    return existing
  }
  const directory = files.directoryOf(path)
  if ((flags & O_CREAT) === 0 || !directory) return -errnoNumber("ENOENT")
  const takesFiles = !directory.isSealed && !directory.folder
  if (!takesFiles || !mayAccess(kernel.current, directory, MAY_WRITE | MAY_EXEC))
    return -errnoNumber("EACCES")
  const { uid, gid } = kernel.current
  const node = files.create(path, { mode, uid, gid, ...regularFile() })
  walk.set("path.mnt", files.mount).set("path.dentry", directory.dentry)
  const type = S_IFREG | mode
  const refused =
    securityPathMknod(kernel, walk.addressOf("path"), node.dentry, type, 0) ||
    securityInodeCreate(kernel, directory.inode, node.dentry, type)
  if (refused === 0) return node
  files.remove(node)
  return refused
}

/** A path that is looked up, made if asked for, and opened: gives the file or a negative errno. */
export const doFilpOpen = kernelFunction(
  "do_filp_open",
  (kernel, dfd: number, filename: KernelObject, how: KernelObject): KernelObject | number => {
    const walk = kernel.types.create("nameidata", { name: filename, dfd })
    const file = pathOpenat(kernel, walk, how, how.number("lookup_flags") | LOOKUP_RCU)
    walk.free()
    return file
  },
)

const doSysOpenat2 = kernelFunction(
  "do_sys_openat2",
  (kernel, dfd: number, user: bigint, how: KernelObject): bigint => {
    const flags = how.number("flags")
    const isNew = (flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0
    const filename = getname(kernel, user)
    if (typeof filename === "number") return BigInt(filename)
    const open = kernel.types.create("open_flags", {
      open_flag: flags,
      mode: how.get("mode"),
      lookup_flags: isNew ? 0 : LOOKUP_FOLLOW,
    })
    const file = doFilpOpen(kernel, dfd, filename, open)
    open.free()
    putname(kernel, filename)
    return typeof file === "number" ? BigInt(file) : BigInt(kernel.current.installFile(file))
  },
)

/** openat(2): the descriptor or a negative errno. */
export const openat = syscall("openat", 257, (kernel, [dfd, path, flags, mode]) => {
  const how = kernel.types.create("open_how", { flags: flags ?? 0n, mode: mode ?? 0n })
  const result = doSysOpenat2(kernel, Number(BigInt.asIntN(32, dfd ?? 0n)), path ?? 0n, how)
  how.free()
  return Number(result)
})

/** close(2). */
export const close = syscall("close", 3, (kernel, [fd]) =>
  kernel.current.closeFile(Number(fd)) ? 0 : -errnoNumber("EBADF"),
)
