import { errnoNumber } from "../../base/index.ts"
import type { KernelCore } from "../core.ts"
import type { KernelObject } from "../memory/index.ts"
import { securityCheck, securityNotice } from "../tracing/security.ts"
import { type FileNode, S_IFREG } from "./file-tree.ts"
import { inodePermission } from "./inode-permission.ts"
import { ownerMap } from "./owner-map.ts"
import { MAY_EXEC, MAY_WRITE } from "./permission.ts"
import { regularFile } from "./regular-file.ts"

const securityPathMknod =
  securityCheck<[directory: number, dentry: KernelObject, mode: number, device: number]>("path_mknod")
const securityInodeCreate =
  securityCheck<[directory: KernelObject, dentry: KernelObject, mode: number]>("inode_create")
const securityInodeAlloc = securityCheck<[inode: KernelObject]>("inode_alloc", "inode_alloc_security")
const securityDInstantiate = securityNotice<[dentry: KernelObject, inode: KernelObject]>("d_instantiate")

/** Makes the file that an open asks for; or a negative errno. */
export function makeFile(
  kernel: KernelCore,
  walk: KernelObject,
  directory: FileNode,
  path: string,
  mode: number,
): FileNode | number {
  const { files, current } = kernel
  // What is in it follows from something else, or is put in by bpf(2) alone.
  if (directory.folder || directory.isSealed) return -errnoNumber("EACCES")
  const node = files.create(path, { mode, uid: current.uid, gid: current.gid, ...regularFile() })
  walk.set("path.mnt", files.mount).set("path.dentry", directory.dentry)
  const type = S_IFREG | mode
  const refused =
    securityPathMknod(kernel, walk.addressOf("path"), node.dentry, type, 0) ||
    inodePermission(kernel, ownerMap(kernel), directory.inode, MAY_WRITE | MAY_EXEC) ||
    securityInodeCreate(kernel, directory.inode, node.dentry, type) ||
    securityInodeAlloc(kernel, node.inode)
  if (refused === 0) {
    securityDInstantiate(kernel, node.dentry, node.inode)
    return node
  }
  files.remove(node)
  return refused
}
