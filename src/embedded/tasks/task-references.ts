import type { Task } from "./task.ts"

/** The tasks that programs hold, by the address of their task_struct. */
export class TaskReferences {
  readonly #root: Task
  readonly #held = new Map<number, { readonly task: Task; readonly count: number }>()

  /** `root` is the task that all others come from. */
  constructor(root: Task) {
    this.#root = root
  }

  ofPid(pid: number): Task | undefined {
    return findTask(this.#root, task => task.pid === pid)
  }

  /** Every task but those that only programs keep, as they were made. */
  all(): Task[] {
    const tasks: Task[] = [this.#root]
    for (const task of tasks) tasks.push(...task.children)
    return tasks.sort((a, b) => a.pid - b.pid)
  }

  /** The task whose task_struct stands at an address, also one that only programs keep. */
  at(address: number): Task | undefined {
    return this.#held.get(address)?.task ?? findTask(this.#root, task => task.object.address === address)
  }

  /** One more reference; false for what is no task, or one that is going. */
  acquire(address: number): boolean {
    const held = this.#held.get(address)
    const task = this.at(address)
    if (!task?.acquire()) return false
    this.#held.set(address, { task, count: (held?.count ?? 0) + 1 })
    return true
  }

  /** Gives a reference back; false when no program holds one. */
  release(address: number): boolean {
    const held = this.#held.get(address)
    if (!held) return false
    if (held.count === 1) this.#held.delete(address)
    else this.#held.set(address, { ...held, count: held.count - 1 })
    held.task.drop()
    return true
  }
}

function findTask(from: Task, isWanted: (task: Task) => boolean): Task | undefined {
  if (isWanted(from)) return from
  for (const child of from.children) {
    const found = findTask(child, isWanted)
    if (found) return found
  }
  return undefined
}
