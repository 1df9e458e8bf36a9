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

/** Copies a path in, as every system call that takes one does. The caller gives it back with `putname`. */
const getnameFlags = kernelFunction("getname_flags", (kernel, user: number, _flags: number): KernelObject => {
  const name = kernel.memory.readCString(user, PATH_MAX - 1)
  const text = kernel.memory.alloc(name.length + 1)
  kernel.memory.write(text, name)
  return kernel.types.create("filename", { name: text, uptr: user, "refcnt.counter": 1, refcnt: 1 })
})

export function getname(kernel: KernelCore, user: bigint): Filename {
  const object = getnameFlags(kernel, Number(user), 0)
  return { object, path: decodeUtf8(kernel.memory.readCString(object.number("name"))) }
}

export function putname(kernel: KernelCore, filename: Filename): void {
  kernel.memory.free(filename.object.number("name"))
  filename.object.free()
}
