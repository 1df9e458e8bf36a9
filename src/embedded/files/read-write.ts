import { errnoNumber, NotModelledError } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { securityCheck } from "../tracing/security.ts"
import { syscall } from "../tracing/syscall.ts"
import type { FileOperations } from "./file-operations.ts"
import { pathOf } from "./file-tree.ts"
import { MAY_READ, MAY_WRITE } from "./permission.ts"

const [FMODE_READ, FMODE_WRITE] = [1, 2]
const [EBADF, EFAULT] = [-errnoNumber("EBADF"), -errnoNumber("EFAULT")]

const DIRECTORY: FileOperations = { read: () => -errnoNumber("EISDIR"), write: () => -errnoNumber("EBADF") }

/** How an open file is read and written. Throws NotModelledError for the bytes of programs. */
export function operationsOf(kernel: KernelCore, file: KernelObject): FileOperations {
  const node = kernel.files.nodeOf(file.number("f_path.dentry"))
  if (node?.operations) return node.operations
  if (node?.directory) return DIRECTORY
  const path = node ? pathOf(node) : "a file that was removed"
  throw new NotModelledError(`the contents of ${path} are not modelled by the embedded kernel`)
}

const securityFilePermission = securityCheck<[file: KernelObject, mask: number]>("file_permission")

/** Reads a file for the kernel itself; the bytes of programs are not modelled. */
export const kernelRead = kernelFunction(
  "kernel_read",
  (kernel, file: KernelObject, _buffer: number, count: number, _position: number): bigint => {
    const refused = securityFilePermission(kernel, file, MAY_READ)
    return BigInt(refused === 0 ? count : refused)
  },
)

const vfsRead = kernelFunction(
  "vfs_read",
  (kernel, file: KernelObject, buffer: bigint, count: number, _position: number): number => {
    if ((file.number("f_mode") & FMODE_READ) === 0) return EBADF
    if (!kernel.memory.isUser(Number(buffer), count)) return EFAULT
    const refused = securityFilePermission(kernel, file, MAY_READ)
    if (refused !== 0) return refused
    const bytes = operationsOf(kernel, file).read(kernel, file, count)
    if (typeof bytes === "number") return bytes
    kernel.memory.write(Number(buffer), bytes)
    return bytes.length
  },
)

const vfsWrite = kernelFunction(
  "vfs_write",
  (kernel, file: KernelObject, buffer: bigint, count: number, _position: number): number => {
    if ((file.number("f_mode") & FMODE_WRITE) === 0) return EBADF
    if (!kernel.memory.isUser(Number(buffer), count)) return EFAULT
    const refused = securityFilePermission(kernel, file, MAY_WRITE)
    if (refused !== 0) return refused
    return operationsOf(kernel, file).write(kernel, file, kernel.memory.read(Number(buffer), count))
  },
)

const ksysRead = kernelFunction("ksys_read", (kernel, fd: number, buffer: bigint, count: number): number => {
  const file = kernel.current.fileAt(fd)
  return file ? vfsRead(kernel, file, buffer, count, file.addressOf("f_pos")) : EBADF
})

const ksysWrite = kernelFunction(
  "ksys_write",
  (kernel, fd: number, buffer: bigint, count: number): number => {
    const file = kernel.current.fileAt(fd)
    return file ? vfsWrite(kernel, file, buffer, count, file.addressOf("f_pos")) : EBADF
  },
)

/** read(2): the number of bytes, 0 at the end. */
export const read = syscall("read", (kernel, [fd, buffer, count]) =>
  ksysRead(kernel, Number(fd), buffer ?? 0n, Number(count)),
)

/** write(2). */
export const write = syscall("write", (kernel, [fd, buffer, count]) =>
  ksysWrite(kernel, Number(fd), buffer ?? 0n, Number(count)),
)
