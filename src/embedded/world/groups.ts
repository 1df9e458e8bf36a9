import { errnoNumber, SystemCallError } from "../../base/index.ts"
import { CGROUP_MOUNT, type Cgroup } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { Task } from "../tasks/index.ts"

/** The control groups that a world has made, and who acts in them. */
export class WorldGroups {
  readonly #kernel: KernelCore
  readonly #made: Cgroup[] = []

  constructor(kernel: KernelCore) {
    this.#kernel = kernel
  }

  make(name: string): string {
    const { cgroups } = this.#kernel
    const path = `${CGROUP_MOUNT}/${name}`
    // Those above that are missing are made with it, and go with the topmost of them.
    const parts = name.split("/")
    const first = parts.findIndex(
      (_, index) => !cgroups.find(`${CGROUP_MOUNT}/${parts.slice(0, index + 1).join("/")}`),
    )
    cgroups.make(name)
    if (first >= 0) this.#made.push(this.at(`${CGROUP_MOUNT}/${parts.slice(0, first + 1).join("/")}`))
    return path
  }

  /** Throws SystemCallError (ENOENT). */
  at(path: string): Cgroup {
    const group = this.#kernel.cgroups.find(path)
    if (!group) throw new SystemCallError("openat", errnoNumber("ENOENT"))
    return group
  }

  async inside<T>(path: string, task: Task, action: () => T | Promise<T>): Promise<T> {
    const before = task.group
    task.group = this.at(path)
    try {
      return await action()
    } finally {
      task.group = before
    }
  }

  removeAll(): void {
    for (const group of this.#made.splice(0).reverse()) this.#kernel.cgroups.remove(group)
  }
}
