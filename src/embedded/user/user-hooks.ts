import type { FileNode } from "../files/index.ts"
import type { Attachment } from "../tracing/hooks.ts"

/** A program on a place of a file of user space. */
export interface UserProbe extends Attachment {
  readonly on: "entry" | "return"
  /** Only this process. */
  readonly pid: number | undefined
}

/** What stands on places of files, whoever runs them: by file and offset in it. */
export class UserHooks {
  readonly #files = new Map<FileNode, Map<bigint, UserProbe[]>>()

  /** The probes of a place that a process meets, new ones first. */
  at(node: FileNode, offset: bigint, pid: number): UserProbe[] {
    const probes = this.#files.get(node)?.get(offset) ?? []
    return probes.filter(probe => probe.pid === undefined || probe.pid === pid).toReversed()
  }

  /** The answer takes it off again. */
  add(node: FileNode, offset: bigint, probe: UserProbe): () => void {
    const places = this.#files.get(node) ?? new Map<bigint, UserProbe[]>()
    this.#files.set(node, places)
    const probes = places.get(offset) ?? []
    places.set(offset, probes)
    probes.push(probe)
    return () => {
      const at = probes.indexOf(probe)
      if (at >= 0) probes.splice(at, 1)
      if (probes.length === 0) places.delete(offset)
      if (places.size === 0) this.#files.delete(node)
    }
  }
}
