import { encodeUtf8, UsageError } from "../../base/index.ts"
import type { DeviceNumber } from "../../kernel/index.ts"
import type { KernelMemory, KernelObject, KernelTypes } from "../memory/index.ts"
import { DEVICE_NODES, deviceOperations } from "./device-nodes.ts"
import type { FileOperations } from "./file-operations.ts"
import { regularFile } from "./regular-file.ts"

/** The part of a mode that says what kind of file it is. */
export const S_IFMT = 0o170000
export const S_IFDIR = 0o040000
export const S_IFREG = 0o100000
export const S_IFCHR = 0o020000
export const S_IFBLK = 0o060000
export const S_IFSOCK = 0o140000

/** A dev_t as the kernel itself keeps it. */
export const MINOR_BITS = 20

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
  readonly device: DeviceNumber | undefined
  /** How it is read and written; undefined for what is not modelled. */
  readonly operations: FileOperations | undefined
  /** Called when the name goes. */
  readonly onRemove: (() => void) | undefined
  /** Of directories: open(2) and mknod(2) make no files there. Those below are so too. */
  readonly isSealed: boolean
  /** Where its names come from, beside those that were made in it: see `mountFolder`. */
  folder: Folder | undefined
  /** It stands here because a folder said so, and goes when it says so no more. */
  readonly isFromFolder: boolean
  /** Open files on it, and what else keeps its inode when its name goes. */
  users: number
  /** No directory names it any more. */
  isUnlinked: boolean
}

/** A directory whose contents follow from what else there is; looked at when somebody looks for a name in it. */
export interface Folder {
  readonly names: () => Iterable<string>
  readonly entry: (name: string) => NewNode | undefined
  /** mkdir(2) and rmdir(2) in it, where it has them: 0 or a negative errno. */
  readonly make?: (name: string) => number
  readonly remove?: (name: string) => number
}

export interface NewNode {
  readonly directory?: boolean
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly device?: DeviceNumber
  /** The name of a unix socket. */
  readonly socket?: boolean
  readonly operations?: FileOperations
  /** Called when the name goes. */
  readonly onRemove?: () => void
  /** Of directories: open(2) and mknod(2) make no files there, nor in those below. */
  readonly sealed?: boolean
  /** Makes it a directory. */
  readonly folder?: Folder
}

/** What a fresh machine has: enough for the scenarios to name real paths. */
const FIRST_PROGRAMS = [
  "/bin/sh",
  "/bin/true",
  "/bin/false",
  "/bin/ls",
  "/bin/cat",
  "/bin/ping",
  "/usr/bin/env",
]
const FIRST_TEXTS = [
  ["/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"],
  ["/etc/hostname", "skep\n"],
] as const
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
  readonly #byDentry = new Map<number, FileNode>()
  #nextInode = ROOT_INODE
  /** Called with an inode's address when it is gone. */
  onForget: (inode: number) => void = () => undefined

  constructor(types: KernelTypes, memory: KernelMemory) {
    this.#types = types
    this.#memory = memory
    this.root = this.#node("/", undefined, { directory: true, mode: 0o755 })
    this.mount = types.create("vfsmount", { mnt_root: this.root.dentry })
    for (const path of FIRST_DIRECTORIES)
      this.create(path, { directory: true, mode: path === "/tmp" ? 0o1777 : 0o755 })
    for (const [path, device] of DEVICE_NODES) this.create(path, { mode: 0o666, device })
    for (const path of FIRST_PROGRAMS) this.create(path, { mode: 0o755 })
    for (const [path, text] of FIRST_TEXTS)
      this.create(path, { operations: regularFile(encodeUtf8(text)).operations })
  }

  /** The node at an absolute path, or undefined. */
  find(path: string): FileNode | undefined {
    let node: FileNode | undefined = this.root
    for (const name of namesOf(path)) node = node && this.child(node, name)
    return node
  }

  /** What a name in a directory stands for. */
  child(node: FileNode, name: string): FileNode | undefined {
    if (name === "..") return node.parent ?? node
    const known = node.children.get(name)
    if (!node.folder || (known && !known.isFromFolder)) return known
    const entry = node.folder.entry(name)
    if (entry && known) return known
    if (known) this.remove(known)
    if (!entry) return undefined
    const made = this.#node(name, node, entry, true)
    node.children.set(name, made)
    return made
  }

  /** The names in a directory, sorted. */
  names(node: FileNode): string[] {
    const made = [...node.children.values()].filter(child => !child.isFromFolder).map(({ name }) => name)
    return [...new Set([...made, ...(node.folder?.names() ?? [])])].sort()
  }

  /** True when a path goes through something that is no directory. */
  goesThroughFile(path: string): boolean {
    let node: FileNode | undefined = this.root
    for (const name of namesOf(path)) {
      if (node && !node.directory) return true
      node = node && this.child(node, name)
    }
    return node?.directory === false && path.endsWith("/")
  }

  /** The directory that a path's last name stands in (whether or not that name exists), or undefined. */
  directoryOf(path: string): FileNode | undefined {
    const node = this.find(`/${namesOf(path).slice(0, -1).join("/")}`)
    return node?.directory ? node : undefined
  }

  /** Adds a file or directory; throws UsageError (ENOENT) when its directory does not exist. An existing one is given back as it is. */
  create(path: string, options: NewNode = {}): FileNode {
    const existing = this.find(path)
    if (existing) return existing
    const parent = this.directoryOf(path)
    const name = namesOf(path).at(-1)
    if (!parent || name === undefined)
      throw new UsageError(`${path}: there is no directory to make it in`, { errno: "ENOENT" })
    const node = this.#node(name, parent, options)
    parent.children.set(name, node)
    return node
  }

  /** Lets a directory have names that follow from something else. */
  mountFolder(path: string, folder: Folder): void {
    const node = this.find(path)
    if (!node?.directory) throw new Error(`BUG: ${path} is no directory`)
    node.folder = folder
  }

  /** What a path's dentry names. */
  nodeOf(dentry: number): FileNode | undefined {
    return this.#byDentry.get(dentry)
  }

  /** Takes a name away. What stood behind it goes too, or with the last file that is open on it: see `leave`. */
  remove(node: FileNode): void {
    for (const child of [...node.children.values()]) this.remove(child)
    node.parent?.children.delete(node.name)
    node.onRemove?.()
    if (node.isUnlinked) return
    node.isUnlinked = true
    if (node.inode.layout.has("__i_nlink")) node.inode.set("__i_nlink", 0)
    if (node.parent) node.parent.users += 1
    if (node.users === 0) this.forget(node)
  }

  /** A file is opened on what a dentry names. */
  enter(dentry: number): void {
    const node = this.nodeOf(dentry)
    if (node) node.users += 1
  }

  /** A file on it is closed. True when it was the last and no directory names it: time to `forget` it. */
  leave(node: FileNode): boolean {
    node.users -= 1
    return node.users === 0 && node.isUnlinked
  }

  /** Gives back dentry and inode of what has neither a name nor a user. */
  forget(node: FileNode): void {
    this.onForget(node.inode.address)
    this.#byDentry.delete(node.dentry.address)
    node.dentry.free()
    node.inode.free()
    this.#memory.free(node.nameAddress)
    // It kept the directory that it had stood in.
    if (node.parent && this.leave(node.parent)) this.forget(node.parent)
  }

  /** A file that no directory names: one end of a pipe, a terminal. `remove` frees it, once it is closed. */
  anonymous(operations: FileOperations): FileNode {
    return this.#node("", undefined, { mode: 0o600, operations })
  }

  #node(name: string, parent: FileNode | undefined, options: NewNode, isFromFolder = false): FileNode {
    const { folder, directory = folder !== undefined, mode = directory ? 0o555 : 0o644, device } = options
    const text = encodeUtf8(name)
    const nameAddress = this.#memory.alloc(text.length + 1)
    this.#memory.write(nameAddress, text)
    const inode = this.#types.create("inode", {
      i_ino: this.#nextInode++,
      i_mode: mode | typeOf({ ...options, directory }),
      "i_uid.val": options.uid ?? 0,
      "i_gid.val": options.gid ?? 0,
      i_rdev: device ? (device.major << MINOR_BITS) | device.minor : 0,
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
    const operations = options.operations ?? (device && deviceOperations(device))
    const node: FileNode = {
      name,
      parent,
      directory,
      children: new Map(),
      inode,
      dentry,
      nameAddress,
      device,
      operations,
      onRemove: options.onRemove,
      isSealed: (options.sealed ?? false) || (parent?.isSealed ?? false),
      folder,
      isFromFolder,
      users: 0,
      isUnlinked: false,
    }
    this.#byDentry.set(dentry.address, node)
    return node
  }
}

function typeOf({ directory, device, socket }: NewNode): number {
  if (socket) return S_IFSOCK
  if (device) return device.kind === "char" ? S_IFCHR : S_IFBLK
  return directory ? S_IFDIR : S_IFREG
}

/** The names that a path goes through. */
export function namesOf(path: string): string[] {
  return path.split("/").filter(name => name !== "" && name !== ".")
}

/** The absolute path of a node. */
export function pathOf(node: FileNode): string {
  if (!node.parent) return "/"
  const above = pathOf(node.parent)
  return above === "/" ? `/${node.name}` : `${above}/${node.name}`
}
