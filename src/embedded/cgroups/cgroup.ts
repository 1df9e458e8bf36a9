import { encodeUtf8 } from "../../base/index.ts"
import type { KernelMemory, KernelObject, KernelTypes } from "../memory/index.ts"
import { GroupPrograms } from "./group-programs.ts"

/** One control group with the kernel objects behind it: cgroup, kernfs_node, and the css_set of its member tasks. */
export class Cgroup {
  readonly name: string
  readonly parent: Cgroup | undefined
  /** How far below the root, which has 0. */
  readonly level: number
  readonly id: bigint
  readonly children = new Map<string, Cgroup>()
  readonly programs = new GroupPrograms()
  /** struct cgroup. */
  readonly object: KernelObject
  /** What `task->cgroups` of the members points to. */
  readonly cssSet: KernelObject
  readonly #node: KernelObject
  readonly #text: number
  readonly #memory: KernelMemory

  constructor(types: KernelTypes, name: string, id: bigint, parent: Cgroup | undefined) {
    this.name = name
    this.id = id
    this.parent = parent
    this.level = parent ? parent.level + 1 : 0
    this.#memory = types.memory
    const text = encodeUtf8(name)
    this.#text = this.#memory.alloc(text.length + 1)
    this.#memory.write(this.#text, text)
    this.#node = types.create("kernfs_node", { name: this.#text, id, parent: parent ? parent.#node : 0 })
    this.object = createGroup(types, this.level)
    this.object.set("kn", this.#node).set("level", this.level).set("self.cgroup", this.object)
    this.object.set("self.parent", parent?.object ?? 0)
    const ancestors = this.object.addressOf("ancestors")
    for (let group: Cgroup | undefined = this; group; group = group.parent)
      types.memory.view.setBigUint64(ancestors + group.level * 8, BigInt(group.object.address), true)
    this.cssSet = types.create("css_set", { dfl_cgrp: this.object, "refcount.refs.counter": 1 })
    parent?.children.set(name, this)
  }

  get path(): string {
    if (!this.parent) return "/"
    return this.parent.parent ? `${this.parent.path}/${this.name}` : `/${this.name}`
  }

  /** The group of this level on the way up: itself at its own level. */
  ancestor(level: number): Cgroup | undefined {
    if (level < 0 || level > this.level) return undefined
    return level === this.level ? this : this.parent?.ancestor(level)
  }

  isBelow(other: Cgroup): boolean {
    return this.ancestor(other.level) === other
  }

  free(): void {
    this.parent?.children.delete(this.name)
    for (const object of [this.cssSet, this.object, this.#node]) object.free()
    this.#memory.free(this.#text)
  }
}

/** Behind struct cgroup stand pointers to all groups above it and to itself. */
function createGroup(types: KernelTypes, level: number): KernelObject {
  const { size } = types.layout("cgroup")
  return types.at("cgroup", types.memory.alloc(size + (level + 1) * 8))
}
