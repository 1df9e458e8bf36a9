import type { KernelCore } from "../core.ts"
import { type MapStorage, ProgArray } from "../maps/index.ts"
import type { EmbeddedProgram } from "../programs/program.ts"
import type { KeptLink } from "./kept-link.ts"
import type { LoadedBtf } from "./loaded-btf.ts"
import { heldByMap, keptByHooks } from "./references.ts"

/** Everything that has an id. */
export type KeptObject = EmbeddedProgram | MapStorage | KeptLink | LoadedBtf

/** The kernel's own types come first. */
export const VMLINUX_BTF_ID = 1

/**
 * Programs, maps, links and BTF by id. Each kind counts for itself, and no id comes twice. An object stays while something
 * refers to it: a descriptor, a path, a hook that it is attached to, or another object that stays.
 */
export class ObjectStore {
  readonly programs = new Map<number, EmbeddedProgram>()
  readonly maps = new Map<number, MapStorage>()
  readonly links = new Map<number, KeptLink>()
  readonly btfs = new Map<number, LoadedBtf>()
  readonly #mapsByAddress = new Map<number, MapStorage>()
  readonly #holders = new Map<KeptObject, number>()
  readonly #last = { program: 0, map: 0, link: 0, btf: VMLINUX_BTF_ID }
  readonly #kernel: KernelCore
  #isCollecting = false

  constructor(kernel: KernelCore) {
    this.#kernel = kernel
  }

  nextId(kind: "program" | "map" | "link" | "btf"): number {
    this.#last[kind] += 1
    return this.#last[kind]
  }

  /** Each takes an object in; the answer is its maker's hold on it. */
  admitProgram(program: EmbeddedProgram): () => void {
    this.programs.set(program.id, program)
    return this.hold(program)
  }

  admitMap(map: MapStorage): () => void {
    this.maps.set(map.id, map)
    this.#mapsByAddress.set(map.address, map)
    return this.hold(map)
  }

  admitLink(link: KeptLink): () => void {
    this.links.set(link.id, link)
    return this.hold(link)
  }

  admitBtf(btf: LoadedBtf): () => void {
    this.btfs.set(btf.id, btf)
    return this.hold(btf)
  }

  mapAt(address: number): MapStorage | undefined {
    return this.#mapsByAddress.get(address)
  }

  /** Keeps an object until the answer is called; calling it again does nothing. */
  hold(object: KeptObject): () => void {
    this.#holders.set(object, (this.#holders.get(object) ?? 0) + 1)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      const count = (this.#holders.get(object) ?? 1) - 1
      if (count > 0) this.#holders.set(object, count)
      else this.#holders.delete(object)
      this.collect()
    }
  }

  /** Takes away what nothing refers to any more. */
  collect(): void {
    if (this.#isCollecting) return
    this.#isCollecting = true
    try {
      this.#freeLinks()
      this.#emptyArrays()
      this.#freeUnreachable()
    } finally {
      this.#isCollecting = false
    }
  }

  /** No object refers to a link. */
  #freeLinks(): void {
    for (const link of [...this.links.values()]) {
      if (this.#holders.has(link)) continue
      this.links.delete(link.id)
      link.takeOff()
    }
  }

  /** Programs and arrays that refer to each other would stay for ever: without user space an array is emptied. */
  #emptyArrays(): void {
    for (const map of this.maps.values()) if (map instanceof ProgArray && !this.#holders.has(map)) map.clear()
  }

  #freeUnreachable(): void {
    const reached = this.#reach()
    for (const program of [...this.programs.values()])
      if (!reached.has(program)) this.programs.delete(program.id)
    for (const map of [...this.maps.values()]) {
      if (reached.has(map)) continue
      this.maps.delete(map.id)
      this.#mapsByAddress.delete(map.address)
      map.close()
    }
    for (const btf of [...this.btfs.values()]) if (!reached.has(btf)) this.btfs.delete(btf.id)
  }

  #reach(): Set<KeptObject> {
    const reached = new Set<KeptObject>()
    const waiting: (KeptObject | undefined)[] = [...this.#holders.keys(), ...keptByHooks(this.#kernel)]
    for (let object = waiting.pop(); waiting.length > 0 || object; object = waiting.pop()) {
      if (!object || reached.has(object)) continue
      reached.add(object)
      waiting.push(...this.#referencesOf(object))
    }
    return reached
  }

  #referencesOf(object: KeptObject): (KeptObject | undefined)[] {
    if (this.programs.get(object.id) === object) {
      const { maps, btf, target } = object as EmbeddedProgram
      return [...maps, btf, target?.kind === "ext" ? target.program : undefined]
    }
    if (this.links.get(object.id) === object) {
      const { program, map } = object as KeptLink
      return [program, map]
    }
    if (this.maps.get(object.id) !== object) return []
    const map = object as MapStorage
    const { maps, programs } = heldByMap(map)
    return [
      this.btfs.get(map.attributes.typeIds?.btf ?? 0),
      ...maps,
      ...programs.map(id => this.programs.get(id)),
    ]
  }
}
