import { errnoNumber } from "../../base/index.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import type { FileNode, FileTree } from "./file-tree.ts"
import { getname, pathText, putname } from "./filename.ts"

export const AT_FDCWD = -100
export const O_CREAT = 0o100
export const O_EXCL = 0o200
export const O_DIRECTORY = 0o200000

const securityFileOpen = kernelFunction("security_file_open", (_kernel, _file: KernelObject): number => 0)

const vfsOpen = kernelFunction("vfs_open", (kernel, _path: number, file: KernelObject): number =>
  securityFileOpen(kernel, file),
)

/** A path that is looked up, made if asked for, and opened: gives the file or a negative errno. */
export const doFilpOpen = kernelFunction(
  "do_filp_open",
  (kernel, _dfd: number, filename: KernelObject, flags: KernelObject): KernelObject | number => {
    const path = pathText(kernel, filename)
    const open = flags.number("open_flag")
    const node = lookup(kernel.files, path, open)
    if (typeof node === "number") return node
    const file = kernel.files.open(node, open)
    const refused = vfsOpen(kernel, file.addressOf("f_path"), file)
    if (refused === 0) return file
    file.free()
    return refused
  },
)

function lookup(files: FileTree, path: string, flags: number): FileNode | number {
  const existing = files.find(path)
  if (existing) {
    if ((flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) return -errnoNumber("EEXIST")
    if ((flags & O_DIRECTORY) !== 0 && !existing.directory) return -errnoNumber("ENOTDIR")
    return existing
  }
  if ((flags & O_CREAT) === 0 || !files.directoryOf(path)) return -errnoNumber("ENOENT")
  return files.create(path)
}

const doSysOpenat2 = kernelFunction(
  "do_sys_openat2",
  (kernel, dfd: number, user: bigint, how: KernelObject): bigint => {
    const filename = getname(kernel, user)
    const flags = kernel.types.create("open_flags", { open_flag: how.get("flags"), mode: how.get("mode") })
    const file = doFilpOpen(kernel, dfd, filename.object, flags)
    flags.free()
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
