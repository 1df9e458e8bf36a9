import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { FMODE_CAN_READ } from "./flags.ts"
import { operationsOf } from "./read-write.ts"

/** How much is read at once. */
const PIECE = 65536

/**
 * All bytes of an open file, as the kernel reads them for itself; none of what is made when it is read, whose size is 0.
 * −EINVAL as long as the file is only being opened. Throws NotModelledError for the bytes of programs.
 */
export function measuredBytes(kernel: KernelCore, file: KernelObject): Uint8Array | number {
  const { size, read } = operationsOf(kernel, file)
  const length = size?.() ?? 0
  if (length === 0) return new Uint8Array(0)
  if ((file.number("f_mode") & FMODE_CAN_READ) === 0) return -errnoNumber("EINVAL")
  const bytes = new Uint8Array(length)
  // A position of its own: the caller's stays.
  const reader = kernel.types.create("file", { f_flags: file.get("f_flags") })
  let at = 0
  while (at < length) {
    const piece = read(kernel, reader, PIECE)
    if (typeof piece === "number" || piece.length === 0) break
    bytes.set(piece, at)
    at += piece.length
  }
  reader.free()
  return bytes
}
