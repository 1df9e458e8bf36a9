import { type Btf, type LayoutFinder, layoutFinder, type SpecialField, type TypeId } from "../../btf/index.ts"
import { isSince } from "../../catalog/index.ts"
import type { VerifierKernel } from "../program.ts"
import type { Register } from "../state/register.ts"
import { baseType, FLAG, TYPE } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"

/** The special fields of what a register points to: of a map value, or of an object of the program's own. */
export function recordOf(walk: Walk, register: Register): readonly SpecialField[] {
  if (register.type === TYPE.MAP_VALUE) return register.map?.fields ?? []
  return isAllocated(register) ? objectFields(walk, register.btf, register.btfId) : []
}

export function isAllocated({ type }: Register): boolean {
  return baseType(type) === TYPE.BTF_ID && (type & FLAG.ALLOCATED) !== 0
}

/** Memory of the program's own, of each processor's included. */
export function hasLock(walk: Walk, register: Register): boolean {
  return recordOf(walk, register).some(field => field.kind === "spinLock")
}

/** Structures whose fields matter in objects, as members of their own: deeper ones alone make no record. */
const DIRECT = new Set([
  "bpf_spin_lock",
  "bpf_list_head",
  "bpf_list_node",
  "bpf_rb_root",
  "bpf_rb_node",
  "bpf_refcount",
])
const IN_OBJECTS = new Set([
  "spinLock",
  "listHead",
  "listNode",
  "treeRoot",
  "treeNode",
  "refcount",
  "pointer",
])

/** The special fields of a structure that programs allocate. */
export function objectFields(walk: Walk, btf: Btf | undefined, id: number): readonly SpecialField[] {
  if (!btf || btf === walk.kernel.btf) return []
  const fields = finderOf(btf, walk.kernel).layoutOf(id as TypeId).fields
  if (fields.length === 0) return fields
  const members = btf.typeOf(id, "struct")?.members ?? []
  const direct = members.some(({ type }) => {
    const target = btf.typeOf(type, "ptr")?.type
    if (target !== undefined) return btf.kindOf(target) === "type_tag"
    return DIRECT.has(btf.typeOf(type, "struct")?.name ?? "")
  })
  return direct ? fields.filter(field => IN_OBJECTS.has(field.kind)) : []
}

export function fieldAt(
  fields: readonly SpecialField[],
  offset: number,
  kind: SpecialField["kind"],
): SpecialField | undefined {
  return fields.find(field => field.offset === offset && field.kind === kind)
}

const finders = new WeakMap<Btf, { readonly kernel: VerifierKernel; readonly finder: LayoutFinder }>()

function finderOf(btf: Btf, kernel: VerifierKernel): LayoutFinder {
  const known = finders.get(btf)
  if (known?.kernel === kernel) return known.finder
  const finder = layoutFinder({ btf, kernel: kernel.btf, since: release => isSince(release, kernel.release) })
  finders.set(btf, { kernel, finder })
  return finder
}
