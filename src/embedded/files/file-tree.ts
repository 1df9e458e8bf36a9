import { encodeUtf8, UsageError } from "../../base/index.ts"
import type { KernelMemory, KernelObject, KernelTypes } from "../memory/index.ts"

export const S_IFDIR = 0o040000
export const S_IFREG = 0o100000

/** One name in the tree with its dentry and inode in kernel memory. */
export interface FileNode {
  readonly name: string
  readonly parent: FileNode | undefined
  readonly directory: boolean
  readonly children: Map<string, FileNode>
  readonly inode: KernelObject
  readonly dentry: KernelObject
  /** Where the name itself stands in kernel memory. */
  readonly nameAddress: number
}

/** What a fresh machine has: enough for the scenarios to name real paths. */
const FIRST_FILES = [
  "/bin/sh",
  "/bin/true",
  "/bin/false",
  "/bin/ls",
  "/bin/cat",
  "/bin/ping",
  "/usr/bin/env",
  "/etc/passwd",
  "/etc/hostname",
]
const FIRST_DIRECTORIES = [
  "/bin",
  "/usr",
  "/usr/bin",
  "/usr/lib",
  "/etc",
  "/tmp",
  "/proc",
  "/sys",
  "/dev",
  "/root",
  "/home",
]
const ROOT_INODE = 2

/** The one mounted file system: names, dentries and inodes, laid out by the kernel's BTF. */
export class FileTree {
  readonly #types: KernelTypes
  readonly #memory: KernelMemory
  readonly root: FileNode
  readonly mount: KernelObject
  #nextInode = ROOT_INODE

  constructor(types: KernelTypes, memory: KernelMemory) {
    this.#types = types
    this.#memory = memory
    this.root = this.#node("/", undefined, true, 0o755)
    this.mount = types.create("vfsmount", { mnt_root: this.root.dentry })
    for (const path of FIRST_DIRECTORIES)
      this.create(path, { directory: true, mode: path === "/tmp" ? 0o1777 : 0o755 })
    for (const path of FIRST_FILES) this.create(path, { mode: path.includes("bin/") ? 0o755 : 0o644 })
  }

  /** The node at an absolute path, or undefined. */
  find(path: string): FileNode | undefined {
    let node: FileNode | undefined = this.root
    for (const name of split(path)) node = node?.children.get(name)
    return node
  }

  /** True when a path goes through something that is no directory. */
  goesThroughFile(path: string): boolean {
    let node: FileNode | undefined = this.root
    for (const name of split(path)) {
      if (node && !node.directory) return true
      node = node?.children.get(name)
    }
    return node?.directory === false && path.endsWith("/")
  }

  /** The directory that a path's last name stands in (whether or not that name exists), or undefined. */
  directoryOf(path: string): FileNode | undefined {
    const node = this.find(`/${split(path).slice(0, -1).join("/")}`)
    return node?.directory ? node : undefined
  }

  /** Adds a file or directory; throws UsageError (ENOENT) when its directory does not exist. An existing one is given back as it is. */
  create(
    path: string,
    options: { directory?: boolean; mode?: number; uid?: number; gid?: number } = {},
  ): FileNode {
    const existing = this.find(path)
    if (existing) return existing
    const parent = this.directoryOf(path)
    const name = split(path).at(-1)
    if (!parent || name === undefined)
      throw new UsageError(`${path}: there is no directory to make it in`, { errno: "ENOENT" })
    const node = this.#node(name, parent, options.directory ?? false, options.mode ?? 0o644)
    node.inode.set("i_uid.val", options.uid ?? 0).set("i_gid.val", options.gid ?? 0)
    parent.children.set(name, node)
    return node
  }

  /** Takes a name away and frees what stood behind it. */
  remove(node: FileNode): void {
    node.parent?.children.delete(node.name)
    node.dentry.free()
    node.inode.free()
    this.#memory.free(node.nameAddress)
  }

  #node(name: string, parent: FileNode | undefined, directory: boolean, mode: number): FileNode {
    const text = encodeUtf8(name)
    const nameAddress = this.#memory.alloc(text.length + 1)
    this.#memory.write(nameAddress, text)
    const inode = this.#types.create("inode", {
      i_ino: this.#nextInode++,
      i_mode: mode | (directory ? S_IFDIR : S_IFREG),
      __i_nlink: 1,
      i_nlink: 1,
    })
    const dentry = this.#types.create("dentry", {
      "d_name.name": nameAddress,
      "d_name.len": text.length,
      d_inode: inode,
    })
    dentry.set("d_parent", parent?.dentry ?? dentry)
    if (dentry.layout.has("d_iname")) dentry.set("d_iname", name)
    return { name, parent, directory, children: new Map(), inode, dentry, nameAddress }
  }
}

function split(path: string): string[] {
  return path.split("/").filter(name => name !== "" && name !== ".")
}

/** The absolute path of a node. */
export function pathOf(node: FileNode): string {
  if (!node.parent) return "/"
  const above = pathOf(node.parent)
  return above === "/" ? `/${node.name}` : `${above}/${node.name}`
}
