import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { kernelFunction } from "../tracing/kernel-function.ts"
import { type FileNode, namesOf } from "./file-tree.ts"
import { pathText } from "./filename.ts"
import { inodePermission } from "./inode-permission.ts"
import { ownerMap } from "./owner-map.ts"
import { MAY_EXEC } from "./permission.ts"

/** Walk the path without taking locks: what is tried first. */
export const LOOKUP_RCU = 0x40
/** The walk takes no locks, so whoever is asked may not wait. */
const MAY_NOT_BLOCK = 0x80

const [ENOENT, ENOTDIR] = [-errnoNumber("ENOENT"), -errnoNumber("ENOTDIR")]

/** The directory that a path's last name stands in, asking at every directory on the way; or a negative errno. */
export function walkToDirectory(kernel: KernelCore, path: string): FileNode | number {
  const names = namesOf(path)
  let directory = kernel.files.root
  for (const [index, name] of names.entries()) {
    const refused = inodePermission(kernel, ownerMap(kernel), directory.inode, MAY_EXEC | MAY_NOT_BLOCK)
    if (refused !== 0) return refused
    if (index === names.length - 1) break
    const next = kernel.files.child(directory, name)
    if (!next) return ENOENT
    if (!next.directory) return ENOTDIR
    directory = next
  }
  return directory
}

/** How calls that change a directory walk there: fills the path in. 0 or a negative errno. */
const pathParentat = kernelFunction(
  "path_parentat",
  (kernel, walk: KernelObject, _flags: number, parent: number): number => {
    const path = pathText(kernel, kernel.types.at("filename", walk.number("name")))
    const directory = walkToDirectory(kernel, path)
    if (typeof directory === "number") return directory
    kernel.types.at("path", parent).set("mnt", kernel.files.mount).set("dentry", directory.dentry)
    return 0
  },
)

/** The same from a path that was copied in: `parent` is filled in. 0 or a negative errno. */
export const filenameParentat = kernelFunction(
  "__filename_parentat",
  (kernel, dfd: number, filename: KernelObject, flags: number, parent: KernelObject): number => {
    const walk = kernel.types.create("nameidata", { name: filename, dfd })
    const result = pathParentat(kernel, walk, flags | LOOKUP_RCU, parent.address)
    walk.free()
    return result
  },
)
