import type { FileNode } from "../files/index.ts"
import type { Attachment } from "../tracing/hooks.ts"

/** A program on a place of a file of user space. */
export interface UserProbe extends Attachment {
  readonly on: "entry" | "return"
  /** Only this process. */
  readonly pid: number | undefined
  /** Where in the file the 16 bits are that count the places with probes, in each process for itself (`ref_ctr_offset`). */
  readonly counter?: bigint
}

/** What stands on places of files, whoever runs them: by file and offset in it. */
export class UserHooks {
  readonly #files = new Map<FileNode, Map<bigint, UserProbe[]>>()

  /** The probes of a place that a process meets, new ones first. */
  at(node: FileNode, offset: bigint, pid: number): UserProbe[] {
    const probes = this.#files.get(node)?.get(offset) ?? []
    return probes.filter(probe => probe.pid === undefined || probe.pid === pid).toReversed()
  }

  /** At how many places of a file a process meets probes that have this counter. */
  counted(node: FileNode, counter: bigint, pid: number): number {
    const places = [...(this.#files.get(node)?.keys() ?? [])]
    return places.filter(offset => this.at(node, offset, pid).some(probe => probe.counter === counter)).length
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
