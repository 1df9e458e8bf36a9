import { decodeUtf8, errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"

const PATH_MAX = 4096

/**
 * A path copied in from user space: `struct filename`, or a negative errno. Compilers inlined this into some callers,
 * so it has no hooks.
 */
export function copyFilename(kernel: KernelCore, user: bigint): KernelObject | number {
  if (!kernel.memory.isUser(Number(user), 1)) return -errnoNumber("EFAULT")
  const name = kernel.memory.readCString(Number(user), PATH_MAX)
  if (name.length === 0) return -errnoNumber("ENOENT")
  if (name.length === PATH_MAX) return -errnoNumber("ENAMETOOLONG")
  const text = kernel.memory.alloc(name.length + 1)
  kernel.memory.write(text, name)
  return kernel.types.create("filename", { name: text, uptr: user, "refcnt.counter": 1, refcnt: 1 })
}

/** How open and execve copy a path. Give it back with `putname`. */
export const getname = kernelFunction("getname", (kernel, user: bigint): KernelObject | number =>
  copyFilename(kernel, user),
)

/** How unlinkat copies a path. `empty`, where an empty path is noted, is gone since 6.11 or so. */
export const getnameFlags = kernelFunction(
  "getname_flags",
  (kernel, user: bigint, _flags: number, _empty: number): KernelObject | number => copyFilename(kernel, user),
)

/** The path that a `struct filename` holds. */
export function pathText(kernel: KernelCore, filename: KernelObject): string {
  return decodeUtf8(kernel.memory.readCString(filename.number("name")))
}

export const putname = kernelFunction("putname", (kernel, filename: KernelObject): undefined => {
  kernel.memory.free(filename.number("name"))
  filename.free()
})
