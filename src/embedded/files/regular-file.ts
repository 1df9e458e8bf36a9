import type { KernelObject } from "../memory/index.ts"
import type { FileOperations } from "./file-operations.ts"
import { O_APPEND } from "./flags.ts"

export interface RegularFile {
  readonly operations: FileOperations
}

/** A file of bytes that stay until somebody writes others. They are kept outside the kernel's memory: no program sees them there. */
export function regularFile(content: Uint8Array = new Uint8Array(0)): RegularFile {
  let bytes = content
  return {
    operations: {
      read: (_kernel, file, count) => readFrom(bytes, file, count),
      write(_kernel, file, written) {
        const isAppended = (file.number("f_flags") & O_APPEND) !== 0
        const start = isAppended ? bytes.length : file.number("f_pos")
        const grown = new Uint8Array(Math.max(bytes.length, start + written.length))
        grown.set(bytes)
        grown.set(written, start)
        bytes = grown
        file.set("f_pos", start + written.length)
        return written.length
      },
      truncate: () => {
        bytes = new Uint8Array(0)
      },
      size: () => bytes.length,
    },
  }
}

/** What an open file reads next of these bytes. */
export function readFrom(bytes: Uint8Array, file: KernelObject, count: number): Uint8Array {
  const position = file.number("f_pos")
  const part = bytes.slice(position, position + count)
  file.set("f_pos", position + part.length)
  return part
}
