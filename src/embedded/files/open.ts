import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import { getname, putname } from "./filename.ts"
import { O_CREAT, O_EXCL } from "./flags.ts"
import { doFilpOpen, LOOKUP_FOLLOW } from "./open-path.ts"

export const AT_FDCWD = -100

const getUnusedFdFlags = kernelFunction("get_unused_fd_flags", (kernel, _flags: number): number =>
  kernel.current.freeDescriptor(),
)

const fdInstall = kernelFunction("fd_install", (kernel, fd: number, file: KernelObject): undefined => {
  kernel.current.installFileAt(fd, file)
})

const doSysOpenat2 = kernelFunction(
  "do_sys_openat2",
  (kernel, dfd: number, user: bigint, how: KernelObject): bigint => {
    const filename = getname(kernel, user)
    if (typeof filename === "number") return BigInt(filename)
    const fd = getUnusedFdFlags(kernel, how.number("flags"))
    const file = openFilename(kernel, dfd, filename, how)
    if (typeof file !== "number") fdInstall(kernel, fd, file)
    putname(kernel, filename)
    return BigInt(typeof file === "number" ? file : fd)
  },
)

function openFilename(
  kernel: KernelCore,
  dfd: number,
  filename: KernelObject,
  how: KernelObject,
): KernelObject | number {
  const flags = how.number("flags")
  const isNew = (flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0
  const open = kernel.types.create("open_flags", {
    open_flag: flags,
    mode: how.get("mode"),
    lookup_flags: isNew ? 0 : LOOKUP_FOLLOW,
  })
  const file = doFilpOpen(kernel, dfd, filename, open)
  open.free()
  return file
}

/** openat(2): the descriptor or a negative errno. */
export const openat = syscall("openat", (kernel, [dfd, path, flags, mode]) => {
  const how = kernel.types.create("open_how", { flags: flags ?? 0n, mode: mode ?? 0n })
  const result = doSysOpenat2(kernel, Number(BigInt.asIntN(32, dfd ?? 0n)), path ?? 0n, how)
  how.free()
  return Number(result)
})

/** close(2). */
export const close = syscall("close", (kernel, [fd]) =>
  kernel.current.closeFile(Number(fd)) ? 0 : -errnoNumber("EBADF"),
)
