import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction, type Register } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { fileMode } from "./file-on.ts"
import { type FileNode, S_IFDIR, S_IFMT } from "./file-tree.ts"
import { pathText } from "./filename.ts"
import { FMODE_CAN_READ, FMODE_CREATED, FMODE_EXEC, O_CREAT, O_EXCL, O_TRUNC } from "./flags.ts"
import { inodePermission } from "./inode-permission.ts"
import { makeFile } from "./make-file.ts"
import { mntDropWrite, mntWantWrite } from "./mount-write.ts"
import { ownerMap } from "./owner-map.ts"
import { MAY_EXEC, MAY_READ, MAY_WRITE } from "./permission.ts"
import { releaseFile } from "./release-file.ts"
import { LOOKUP_RCU, walkToDirectory } from "./walk.ts"

const FMODE_READ = 1
const FMODE_WRITE = 2

/** Follow a symbolic link at the path's end. */
export const LOOKUP_FOLLOW = 0x1
/** The file itself is to be opened. */
const MAY_OPEN = 0x20

const securityFileOpen = securityCheck<[file: KernelObject]>("file_open")
const securityFilePostOpen = securityCheck<[file: KernelObject, mask: number]>("file_post_open")
const securityFileAlloc = securityCheck<[file: KernelObject]>("file_alloc", "file_alloc_security")

const [EACCES, EISDIR, ENOTDIR, ENOENT, EEXIST] = (
  ["EACCES", "EISDIR", "ENOTDIR", "ENOENT", "EEXIST"] as const
).map(name => -errnoNumber(name)) as [number, number, number, number, number]

const doDentryOpen = kernelFunction(
  "do_dentry_open",
  (kernel, file: KernelObject, _inodeOrOpen: Register, _open: Register): number => {
    const refused = securityFileOpen(kernel, file)
    const mode = file.number("f_mode")
    if (refused === 0 && (mode & FMODE_READ) !== 0) file.set("f_mode", mode | FMODE_CAN_READ)
    return refused
  },
)

/** Fills a file in with what it is open on. Before 6.10 do_dentry_open is told the inode beside the file. */
const vfsOpen = kernelFunction("vfs_open", (kernel, path: number, file: KernelObject): number => {
  const from = kernel.types.at("path", path)
  const dentry = kernel.types.at("dentry", from.number("dentry"))
  kernel.files.enter(dentry.address)
  file.set("f_path.mnt", from.get("mnt")).set("f_path.dentry", dentry).set("f_inode", dentry.get("d_inode"))
  return kernel.since("6.10")
    ? doDentryOpen(kernel, file, 0, 0)
    : doDentryOpen(kernel, file, dentry.get("d_inode"), 0)
})

const allocEmptyFile = kernelFunction(
  "alloc_empty_file",
  (kernel, flags: number, _cred: KernelObject): KernelObject | number => {
    const file = kernel.types.create("file", { f_flags: flags, f_mode: fileMode(flags) })
    const refused = securityFileAlloc(kernel, file)
    if (refused === 0) return file
    file.free()
    return refused
  },
)

/** Kind and mode of what is to be opened: 0 or a negative errno. */
const mayOpen = kernelFunction(
  "may_open",
  (kernel, owners: Register, path: number, access: number, _flags: number): number => {
    const dentry = kernel.types.at("path", path).number("dentry")
    const inode = kernel.types.at("inode", kernel.types.at("dentry", dentry).number("d_inode"))
    const isDirectory = (inode.number("i_mode") & S_IFMT) === S_IFDIR
    if (isDirectory && (access & MAY_WRITE) !== 0) return EISDIR
    if (isDirectory && (access & MAY_EXEC) !== 0) return EACCES
    return inodePermission(kernel, owners, inode, MAY_OPEN | access)
  },
)

/** Walks the path, makes the file if it is asked for, opens it. */
const pathOpenat = kernelFunction(
  "path_openat",
  (kernel, walk: KernelObject, how: KernelObject, _lookup: number): KernelObject | number => {
    const file = allocEmptyFile(kernel, how.number("open_flag"), kernel.current.cred)
    if (typeof file === "number") return file
    const result = openInto(kernel, walk, how, file)
    if (result === 0) return file
    releaseFile(kernel, file)
    return result
  },
)

/** From 6.9 on the security modules are asked once more when the file is open. */
const ASKED_AFTER_SINCE = "6.9"

function openInto(kernel: KernelCore, walk: KernelObject, how: KernelObject, file: KernelObject): number {
  const flags = how.number("open_flag")
  const path = pathText(kernel, kernel.types.at("filename", walk.number("name")))
  const found = findOrMake(kernel, walk, path, flags, how.number("mode"))
  if (typeof found === "number") return found
  const { node, isNew } = found
  walk.set("path.mnt", kernel.files.mount).set("path.dentry", node.dentry)
  const place = walk.addressOf("path")
  if (isNew) file.set("f_mode", file.number("f_mode") | FMODE_CREATED)
  // Whoever makes a file has it open as asked, whatever its mode says.
  const access = isNew ? 0 : accessOf(flags)
  const truncate = (flags & O_TRUNC) !== 0 && !isNew ? node.operations?.truncate : undefined
  if (truncate) {
    const refused = mntWantWrite(kernel, kernel.files.mount)
    if (refused !== 0) return refused
  }
  const asked = kernel.since(ASKED_AFTER_SINCE)
  const refused =
    mayOpen(kernel, ownerMap(kernel), place, access, flags) ||
    vfsOpen(kernel, place, file) ||
    (asked ? securityFilePostOpen(kernel, file, access) : 0)
  if (truncate) {
    if (refused === 0) truncate()
    mntDropWrite(kernel, kernel.files.mount)
  }
  return refused
}

function accessOf(flags: number): number {
  if ((flags & FMODE_EXEC) !== 0) return MAY_EXEC
  const mode = fileMode(flags)
  return ((mode & FMODE_READ) !== 0 ? MAY_READ : 0) | ((mode & FMODE_WRITE) !== 0 ? MAY_WRITE : 0)
}

interface Found {
  readonly node: FileNode
  readonly isNew: boolean
}

/** Until 6.12 whoever may make a file holds on to the mount even where the file turns out to be there. */
const LOOKED_UP_FIRST_SINCE = "6.12"

function findOrMake(
  kernel: KernelCore,
  walk: KernelObject,
  path: string,
  flags: number,
  mode: number,
): Found | number {
  const { files } = kernel
  const directory = walkToDirectory(kernel, path)
  if (typeof directory === "number") return directory
  if (files.goesThroughFile(path)) return ENOTDIR
  const existing = files.find(path)
  const mayMake = (flags & O_CREAT) !== 0
  const isExclusive = mayMake && (flags & O_EXCL) !== 0
  if (!mayMake && !existing) return ENOENT
  if (mayMake && (!existing || isExclusive || !kernel.since(LOOKED_UP_FIRST_SINCE))) {
    const refused = mntWantWrite(kernel, files.mount)
    if (refused !== 0) return refused
    const made = existing ?? makeFile(kernel, walk, directory, path, mode)
    mntDropWrite(kernel, files.mount)
    if (typeof made === "number") return made
    if (!existing) return { node: made, isNew: true }
  }
  if (!existing) throw new Error("BUG: a file was neither found nor made")
  if (isExclusive) return EEXIST
  if ((flags & kernel.architecture.directoryFlag) !== 0 && !existing.directory) return ENOTDIR
  return { node: existing, isNew: false }
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
