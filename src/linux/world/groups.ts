import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { pid } from "node:process"

const ROOT = "/sys/fs/cgroup"

/** The control groups that a world has made. */
export class Groups {
  readonly #made: string[] = []

  make(name: string): string {
    const path = `${ROOT}/${name}`
    this.#makeFolder(path)
    return path
  }

  async inside<T>(path: string, action: () => T | Promise<T>): Promise<T> {
    const before = `${ROOT}${ownGroup()}`
    enter(path)
    try {
      return await action()
    } finally {
      enter(before)
    }
  }

  /** The youngest first: a group that has groups stays. */
  removeAll(): void {
    for (const path of this.#made.splice(0).reverse()) rmdirSync(path)
  }

  #makeFolder(path: string): void {
    if (existsSync(path)) return
    this.#makeFolder(dirname(path))
    mkdirSync(path)
    this.#made.push(path)
  }
}

function enter(path: string): void {
  writeFileSync(`${path}/cgroup.procs`, String(pid))
}

/** The group of this process, from the root: "/", "/web". */
function ownGroup(): string {
  const unified = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))
  return unified?.[1] ?? "/"
}
