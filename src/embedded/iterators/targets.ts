import type { AttachPointOf } from "../../kernel/index.ts"
import { type Cgroup, walkGroups } from "../cgroups/index.ts"
import type { KernelCore } from "../core.ts"
import type { MapStorage } from "../maps/index.ts"
import type { FieldValue, KernelObject } from "../memory/index.ts"
import { elementsOf } from "./map-elements.ts"

/** The fields of an iterator's context besides `meta`, for one object; `release` gives back what was made for it. */
export interface Visited {
  readonly fields: Readonly<Record<string, FieldValue>>
  release?(): void
}

/** What an iterator walks over. */
export interface IteratorTarget {
  /** Its context has the fields of `struct bpf_iter__NAME`; at the end the program is called once more with none. */
  readonly name: string
  /** A program that answers 1 has seen enough: others are asked for the same object again. */
  readonly endsOnRequest?: true
  /** The objects that are there when the walk comes to them. */
  objects(kernel: KernelCore, point: AttachPointOf<"iter">): Iterable<Visited>
  /** What stays as it is for all of them, also at the end. */
  common?(kernel: KernelCore, point: AttachPointOf<"iter">): Visited["fields"]
}

const tasks: IteratorTarget = {
  name: "task",
  *objects(kernel, { task: only }) {
    const [, ...addresses] = kernel.tasks()
    for (const address of addresses) {
      const pid = kernel.types.at("task_struct", address).number("pid")
      if (only === undefined || only === pid) yield { fields: { task: address } }
    }
  },
}

const mapElements: IteratorTarget = {
  name: "bpf_map_elem",
  *objects(kernel, point) {
    const map = mapOf(kernel, point)
    if (map) yield* elementsOf(kernel, map)
  },
  common: (kernel, point) => ({ map: mapOf(kernel, point)?.address ?? 0 }),
}

function mapOf(kernel: KernelCore, { map }: AttachPointOf<"iter">): MapStorage | undefined {
  return map === undefined ? undefined : kernel.mapById(map)
}

const maps: IteratorTarget = {
  name: "bpf_map",
  *objects(kernel) {
    const { types } = kernel
    for (const { id, attributes } of [...kernel.maps()].sort((a, b) => a.id - b.id))
      yield showing(
        "map",
        types.create("bpf_map", {
          id,
          name: attributes.name,
          map_type: attributes.type,
          key_size: attributes.keySize,
          value_size: attributes.valueSize,
          max_entries: attributes.maxEntries,
          map_flags: attributes.flags,
        }),
      )
  },
}

const programs: IteratorTarget = {
  name: "bpf_prog",
  *objects(kernel) {
    const { types } = kernel
    for (const { id, name, executable } of [...kernel.programs()].sort((a, b) => a.id - b.id)) {
      const aux = types.create("bpf_prog_aux", { id, name, verified_insns: executable.instructions.length })
      const { fields, release } = showing(
        "prog",
        types.create("bpf_prog", { aux, len: executable.instructions.length }),
      )
      yield {
        fields,
        release() {
          aux.free()
          release()
        },
      }
    }
  },
}

const groups: IteratorTarget = {
  name: "cgroup",
  endsOnRequest: true,
  *objects(kernel, point) {
    const group = iteratedGroup(kernel, point)
    if (group)
      for (const { object } of walkGroups(group, point.order ?? "parentsFirst"))
        yield { fields: { cgroup: object } }
  },
}

/** The group that an iterator begins at; undefined when there is none. */
export function iteratedGroup(
  { cgroups }: KernelCore,
  { cgroup }: AttachPointOf<"iter">,
): Cgroup | undefined {
  if (cgroup === undefined || cgroup === 0n) return cgroups.root
  return typeof cgroup === "string" ? cgroups.find(cgroup) : cgroups.byId(cgroup)
}

/** An object of the kernel that is there while it is looked at. */
function showing(field: string, object: KernelObject): Visited & { release(): void } {
  return { fields: { [field]: object }, release: () => object.free() }
}

/** Every iterator that is modelled, by its section's word. */
export const ITERATOR_TARGETS: ReadonlyMap<string, IteratorTarget> = new Map(
  [tasks, mapElements, maps, programs, groups].map(target => [target.name, target]),
)
