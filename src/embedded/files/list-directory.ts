import { decodeUtf8, encodeUtf8, errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { syscall } from "../tracing/syscall.ts"
import type { FileNode } from "./file-tree.ts"

/** `struct linux_dirent64`: inode, offset of the next one, length, type, name. */
const NAME_AT = 19
/** The type in an entry is the file kind's bits of the mode. */
const TYPE_SHIFT = 12

/** Entries that are told still; one call gives as many as there is room for. */
const iterateDir = kernelFunction(
  "iterate_dir",
  (kernel, file: KernelObject, context: KernelObject): number => {
    const node = kernel.files.nodeOf(file.number("f_path.dentry"))
    if (!node?.directory) return -errnoNumber("ENOTDIR")
    context.set("pos", file.number("f_pos"))
    return 0
  },
)

/** getdents64(2): bytes written, 0 at the end. */
export const getdents64 = syscall("getdents64", (kernel, [fd, buffer, size]) => {
  const file = kernel.current.fileAt(Number(fd))
  if (!file) return -errnoNumber("EBADF")
  if (!kernel.memory.isUser(Number(buffer), Number(size))) return -errnoNumber("EFAULT")
  const context = kernel.types.create("dir_context")
  const refused = iterateDir(kernel, file, context)
  context.free()
  const node = kernel.files.nodeOf(file.number("f_path.dentry"))
  if (refused !== 0 || !node) return refused
  return writeEntries(kernel, file, node, Number(buffer), Number(size))
})

function writeEntries(
  kernel: KernelCore,
  file: KernelObject,
  node: FileNode,
  buffer: number,
  size: number,
): number {
  const names = [".", "..", ...kernel.files.names(node)]
  let written = 0
  let position = file.number("f_pos")
  for (; position < names.length; position++) {
    const name = names[position]!
    const child = name === "." ? node : kernel.files.child(node, name)
    if (!child) continue
    const bytes = encodeUtf8(name)
    const length = Math.ceil((NAME_AT + bytes.length + 1) / 8) * 8
    if (written + length > size) {
      if (written === 0) return -errnoNumber("EINVAL")
      break
    }
    const { view } = kernel.memory
    const at = buffer + written
    view.setBigUint64(at, BigInt(child.inode.number("i_ino")), true)
    view.setBigUint64(at + 8, BigInt(position + 1), true)
    view.setUint16(at + 16, length, true)
    view.setUint8(at + 18, child.inode.number("i_mode") >> TYPE_SHIFT)
    kernel.memory.write(at + NAME_AT, bytes)
    view.setUint8(at + NAME_AT + bytes.length, 0)
    written += length
  }
  file.set("f_pos", position)
  return written
}

/** The names in what getdents64 has written. */
export function namesIn(entries: Uint8Array): string[] {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length)
  const names: string[] = []
  for (let at = 0; at < entries.length; at += view.getUint16(at + 16, true)) {
    const end = entries.indexOf(0, at + NAME_AT)
    names.push(decodeUtf8(entries.subarray(at + NAME_AT, end)))
  }
  return names
}
