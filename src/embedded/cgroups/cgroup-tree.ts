import type { KernelCore } from "../core.ts"
import type { Attachment } from "../tracing/hooks.ts"
import { effectivePrograms } from "./attach-to-group.ts"
import { Cgroup } from "./cgroup.ts"
import { groupFolder } from "./group-files.ts"
import type { GroupHook } from "./group-programs.ts"

/** Where the cgroup2 file system is mounted. */
export const CGROUP_MOUNT = "/sys/fs/cgroup"
/** The files of the root's own folder take the numbers between. */
const FIRST_ID = 50n
const IDS_A_GROUP = 31n

/** The control groups of the machine: one hierarchy, version 2. */
export class CgroupTree {
  readonly root: Cgroup
  readonly #kernel: KernelCore
  readonly #byId = new Map<bigint, Cgroup>()
  #lastId = FIRST_ID

  constructor(kernel: KernelCore) {
    this.#kernel = kernel
    this.root = this.#make("", 1n, undefined)
    this.#kernel.files.create("/sys/fs", { directory: true, mode: 0o755 })
    this.#kernel.files.create(CGROUP_MOUNT, { mode: 0o755, folder: groupFolder(kernel, this.root) })
  }

  /** The group whose folder this is: "/sys/fs/cgroup/web". Undefined when there is none. */
  find(path: string): Cgroup | undefined {
    if (path !== CGROUP_MOUNT && !path.startsWith(`${CGROUP_MOUNT}/`)) return undefined
    let group: Cgroup | undefined = this.root
    for (const name of path.slice(CGROUP_MOUNT.length).split("/"))
      if (name !== "") group = group?.children.get(name)
    return group
  }

  all(): Iterable<Cgroup> {
    return this.#byId.values()
  }

  byId(id: bigint): Cgroup | undefined {
    return this.#byId.get(id)
  }

  at(address: number): Cgroup | undefined {
    for (const group of this.#byId.values()) if (group.object.address === address) return group
    return undefined
  }

  /** Makes a group, and those above it that are missing, below the root: "web/front". Gives it, or the one that is there. */
  make(name: string): Cgroup {
    let group = this.root
    let path = CGROUP_MOUNT
    for (const part of name.split("/").filter(part => part !== "")) {
      path += `/${part}`
      group = group.children.get(part) ?? this.#make(part, this.#nextId(), group)
      this.#kernel.files.create(path, { mode: 0o755, folder: groupFolder(this.#kernel, group) })
    }
    return group
  }

  /** rmdir(2) of a group without members. What is attached goes with it. */
  remove(group: Cgroup): void {
    for (const child of [...group.children.values()]) this.remove(child)
    const node = this.#kernel.files.find(CGROUP_MOUNT + group.path)
    if (node) this.#kernel.files.remove(node)
    this.#byId.delete(group.id)
    this.#kernel.forgetOwner(group.object.address)
    group.free()
  }

  /** What runs for members of a group, in order. */
  effective(group: Cgroup, hook: GroupHook): readonly Attachment[] {
    return effectivePrograms(group, hook)
  }

  #nextId(): bigint {
    this.#lastId += IDS_A_GROUP
    return this.#lastId
  }

  #make(name: string, id: bigint, parent: Cgroup | undefined): Cgroup {
    const group = new Cgroup(this.#kernel.types, name, id, parent)
    this.#byId.set(id, group)
    return group
  }
}
