import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"

/** From now on until `mntDropWrite` the mount may not become read-only. 0 or a negative errno. */
export const mntWantWrite = kernelFunction("mnt_want_write", (_kernel, _mount: KernelObject): number => 0)

export const mntDropWrite = kernelFunction(
  "mnt_drop_write",
  (_kernel, _mount: KernelObject): undefined => undefined,
)
