import { encodeUtf8, errnoNumber, NotModelledError } from "../../base/index.ts"
import type { KernelMemory, KernelTypes } from "../memory/index.ts"
import { type FileNode, type FileTree, pathOf } from "./file-tree.ts"

interface Kernel {
  readonly files: FileTree
  readonly types: KernelTypes
  readonly memory: KernelMemory
}

/**
 * Writes the name of what a struct path stands for, with its NUL, to `size` bytes at `buffer`. It is put together from the
 * buffer's end and then moved to its start, so its end stands twice there. Gives its length with the NUL, or −ENAMETOOLONG;
 * the buffer is full of the name's end then. Source: d_path() of fs/d_path.c, and bpf_d_path() that calls it.
 */
export function writePath(
  { files, types, memory }: Kernel,
  path: number,
  buffer: number,
  size: number,
): number {
  const node = files.nodeOf(types.at("path", path).number("dentry"))
  const name = encodeUtf8(`${nameOf(node)}\0`)
  memory.write(buffer + Math.max(0, size - name.length), name.subarray(Math.max(0, name.length - size)))
  if (name.length > size) return -errnoNumber("ENAMETOOLONG")
  memory.write(buffer, name)
  return name.length
}

function nameOf(node: FileNode | undefined): string {
  if (!node || node.name === "")
    throw new NotModelledError(
      "the path of what no directory names (a socket, a pipe, a map) is not modelled by the embedded kernel yet",
    )
  return node.isUnlinked ? `${pathOf(node)} (deleted)` : pathOf(node)
}
