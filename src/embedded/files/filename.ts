import { decodeUtf8 } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"

const PATH_MAX = 4096

/** A path copied from user space: `struct filename`, with the path as text beside it. */
export interface Filename {
  readonly object: KernelObject
  readonly path: string
}

/** Copies a path in, as every system call that takes one does; 6.1 and 6.12 have no getname_flags on this way. */
const copyName = kernelFunction("getname", (kernel, user: bigint): KernelObject => {
  const name = kernel.memory.readCString(Number(user), PATH_MAX - 1)
  const text = kernel.memory.alloc(name.length + 1)
  kernel.memory.write(text, name)
  return kernel.types.create("filename", { name: text, uptr: user, "refcnt.counter": 1, refcnt: 1 })
})

/** The path at a user address. Give it back with `putname`. */
export function getname(kernel: KernelCore, user: bigint): Filename {
  const object = copyName(kernel, user)
  return { object, path: pathText(kernel, object) }
}

/** The path that a `struct filename` holds. */
export function pathText(kernel: KernelCore, filename: KernelObject): string {
  return decodeUtf8(kernel.memory.readCString(filename.number("name")))
}

export function putname(kernel: KernelCore, filename: Filename): void {
  kernel.memory.free(filename.object.number("name"))
  filename.object.free()
}
