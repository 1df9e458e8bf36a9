import type { MapTypeName } from "../../../catalog/index.ts"
import { mapType } from "../../../catalog/index.ts"
import { fieldOf } from "../../fields/index.ts"
import { type Creation, invalid, type Rule } from "./rule.ts"

/** Types that hold references to what a program would have to be verified for: no other map may hold them. */
const NEVER_INNER: readonly MapTypeName[] = [
  "prog_array",
  "struct_ops",
  "cgroup_storage",
  "percpu_cgroup_storage",
]
/** Before, a map with a lock in its values could not be an inner one. */
const INNER_LOCKS_SINCE = "6.2"

/** bpf_map_meta_alloc: what the template of inner maps may be. */
export function* nestedRules({ attributes, type, host }: Creation): Generator<Rule> {
  if (type !== "array_of_maps" && type !== "hash_of_maps") return
  const { innerId } = attributes
  const template = attributes.inner ?? (innerId === undefined ? undefined : host.mapById(innerId)?.attributes)
  yield {
    holds: template !== undefined || innerId === undefined,
    errno: "EBADF",
    text: `there is no map with id ${innerId}`,
  }
  yield invalid(template !== undefined, "it needs a map as a template of the inner ones")
  if (!template) return
  const inner = mapType(template.type)?.name as MapTypeName
  yield invalid(inner !== "array_of_maps" && inner !== "hash_of_maps", "maps of maps do not nest any further")
  yield {
    holds: !NEVER_INNER.includes(inner),
    errno: "ENOTSUPP",
    text: `a ${inner} cannot be an inner map`,
  }
  yield {
    holds: host.since(INNER_LOCKS_SINCE) || !fieldOf(template.layout, "spinLock"),
    errno: "ENOTSUPP",
    text: "a map with a bpf_spin_lock cannot be an inner map before Linux 6.2",
  }
}
