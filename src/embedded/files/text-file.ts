import { encodeUtf8, errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import type { FileOperations } from "./file-operations.ts"
import { readFrom } from "./regular-file.ts"

/** What an open file was said to hold when it was read from its beginning. */
const shown = new WeakMap<KernelObject, Uint8Array>()

type Text = string | Uint8Array

/** A file whose text is made when it is read. `store` takes what is written: 0 or a negative errno; without it nobody writes. */
export function textFile(
  show: (kernel: KernelCore) => Text,
  store?: (kernel: KernelCore, bytes: Uint8Array) => number,
): FileOperations {
  return {
    read(kernel, file, count) {
      const before = file.number("f_pos") === 0 ? undefined : shown.get(file)
      const text = before ?? show(kernel)
      const bytes = typeof text === "string" ? encodeUtf8(text) : text
      shown.set(file, bytes)
      return readFrom(bytes, file, count)
    },
    write(kernel, _file, bytes) {
      if (!store) return -errnoNumber("EIO")
      const result = store(kernel, bytes)
      return result < 0 ? result : bytes.length
    },
  }
}
