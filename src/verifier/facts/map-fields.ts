import { type Btf, type TypeId, VOID } from "../../btf/index.ts"
import { isSince } from "../../catalog/index.ts"
import type { MapField, VerifierKernel } from "../program.ts"

/** Structures with a meaning of their own, and the first release that knows them. */
const STRUCTS: Readonly<Record<string, { readonly kind: MapField["kind"]; readonly since: string }>> = {
  bpf_spin_lock: { kind: "spinLock", since: "5.1" },
  bpf_timer: { kind: "timer", since: "5.15" },
  bpf_wq: { kind: "workqueue", since: "6.10" },
  bpf_list_head: { kind: "listHead", since: "6.2" },
  bpf_list_node: { kind: "listNode", since: "6.2" },
  bpf_rb_root: { kind: "treeRoot", since: "6.3" },
  bpf_rb_node: { kind: "treeNode", since: "6.3" },
  bpf_refcount: { kind: "refcount", since: "6.4" },
}

const NESTED_SINCE = "6.11"
const KPTR_OWNS_SINCE = "6.4"
const MOST_DEPTH = 16

/** The fields of a map's value, or of the variables of a section, that only certain helpers may touch. */
export function findFields(
  btf: Btf,
  placed: readonly { readonly type: TypeId; readonly offset: number }[],
  kernel: VerifierKernel,
): readonly MapField[] {
  const fields: MapField[] = []
  for (const { type, offset } of placed) {
    const declared = btf.typeOf(type, "var")?.type ?? type
    if (placed.length === 1 && btf.kindOf(btf.resolve(declared)) === "struct" && declared === type)
      collect(btf, btf.resolve(declared), offset, 0, kernel, fields)
    else visit(btf, declared, offset, 0, kernel, fields)
  }
  return fields.sort((a, b) => a.offset - b.offset)
}

function collect(
  btf: Btf,
  id: TypeId,
  offset: number,
  depth: number,
  kernel: VerifierKernel,
  into: MapField[],
): void {
  if (id === VOID || depth > MOST_DEPTH) return
  for (const member of btf.typeOf(id, "struct")?.members ?? [])
    if (member.bitSize === 0) visit(btf, member.type, offset + member.bitOffset / 8, depth, kernel, into)
}

function visit(
  btf: Btf,
  declared: TypeId,
  offset: number,
  depth: number,
  kernel: VerifierKernel,
  into: MapField[],
): void {
  const id = btf.resolve(declared)
  if (id === VOID) return
  const type = btf.type(id)
  if (type.kind === "ptr") {
    const tag = btf.typeOf(type.type, "type_tag")
    const ownership = tag && ownershipOf(tag.name, kernel)
    if (!tag || !ownership) return
    const target = btf.resolve(tag.type)
    const name = btf.typeOf(target, "struct")?.name ?? ""
    into.push({ kind: "kptr", offset, size: 8, pointer: { ownership, btf, type: target, name } })
    return
  }
  const nested = isSince(NESTED_SINCE, kernel.release)
  if (type.kind === "array" && nested) {
    const size = btf.sizeOf(type.element)
    for (let index = 0; index < Math.min(type.length, 11); index++)
      visit(btf, type.element, offset + index * size, depth + 1, kernel, into)
  }
  if (type.kind !== "struct") return
  const known = STRUCTS[type.name]
  if (known && isSince(known.since, kernel.release)) into.push({ kind: known.kind, offset, size: type.size })
  else if (nested) collect(btf, id, offset, depth + 1, kernel, into)
}

function ownershipOf(
  tag: string,
  { release }: VerifierKernel,
): "counted" | "perCpu" | "untrusted" | undefined {
  const owns = isSince(KPTR_OWNS_SINCE, release)
  if (tag === (owns ? "kptr_untrusted" : "kptr")) return "untrusted"
  if (tag === (owns ? "kptr" : "kptr_ref")) return "counted"
  return tag === "percpu_kptr" && isSince("6.7", release) ? "perCpu" : undefined
}
