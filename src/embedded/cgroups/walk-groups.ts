import type { CgroupOrder } from "../../kernel/index.ts"
import type { Cgroup } from "./cgroup.ts"

/** A group and those below or above it: children in the order in which they were made. */
export function walkGroups(start: Cgroup, order: CgroupOrder): Iterable<Cgroup> {
  switch (order) {
    case "self":
      return [start]
    case "parentsFirst":
      return parentsFirst(start)
    case "childrenFirst":
      return childrenFirst(start)
    case "upwards":
      return upwards(start)
    default:
      return order satisfies never
  }
}

function* parentsFirst(group: Cgroup): Generator<Cgroup> {
  yield group
  for (const child of group.children.values()) yield* parentsFirst(child)
}

function* childrenFirst(group: Cgroup): Generator<Cgroup> {
  for (const child of group.children.values()) yield* childrenFirst(child)
  yield group
}

function* upwards(start: Cgroup): Generator<Cgroup> {
  for (let group: Cgroup | undefined = start; group; group = group.parent) yield group
}
