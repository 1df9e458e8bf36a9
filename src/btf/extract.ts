import type { Btf } from "./btf.ts"
import { BtfBuilder } from "./builder.ts"
import { KIND } from "./kinds.ts"
import { readBtf } from "./read.ts"
import { mapReferences, referencesOf } from "./references.ts"
import { type BtfType, type TypeId, VOID } from "./types.ts"

export interface ExtractOptions {
  /**
   * "full" (default) keeps what pointers lead to. "declared" keeps of structs and unions that are reached through
   * pointers alone only the name: enough to lay out and show values, and small.
   */
  readonly pointees?: "full" | "declared"
}

export interface Extract {
  readonly btf: Btf
  /** New ids by the old ones of what was kept. */
  readonly ids: ReadonlyMap<TypeId, TypeId>
}

/**
 * A BTF of its own (no base) with just what the roots need, in the old order; declaration tags of what is kept
 * are kept too. Throws BtfError for a root that is not there.
 */
export function extractTypes(btf: Btf, roots: Iterable<TypeId>, options: ExtractOptions = {}): Extract {
  const kept = reach(btf, roots, options.pointees ?? "full")
  keepTags(btf, kept)
  const builder = new BtfBuilder()
  const order = [...kept.keys()].sort((a, b) => a - b)
  const ids = new Map<TypeId, TypeId>(order.map(id => [id, builder.reserve()]))
  const renumber = (id: TypeId): TypeId => (id === VOID ? VOID : ids.get(id)!)
  for (const id of order) {
    const type = btf.type(id)
    builder.define(
      ids.get(id)!,
      kept.get(id) === "declared" && hasDeclaration(type)
        ? declarationOf(type)
        : mapReferences(type, renumber),
    )
  }
  const bytes = builder.build({ littleEndian: btf.littleEndian })
  return { btf: readBtf(bytes, { label: `extract of ${btf.label}` }), ids }
}

type Need = "full" | "declared"

function reach(btf: Btf, roots: Iterable<TypeId>, pointees: Need): Map<TypeId, Need> {
  const kept = new Map<TypeId, Need>()
  const queue: { id: TypeId; need: Need }[] = []
  for (const id of roots) queue.push({ id, need: "full" })
  for (let next = queue.pop(); next; next = queue.pop()) {
    const { id } = next
    if (id === VOID || kept.get(id) === "full" || kept.get(id) === next.need) continue
    const type = btf.type(id)
    const need = next.need === "declared" && hasDeclaration(type) ? "declared" : "full"
    // What needs no declaration is kept in full, but what it leads to may still be declared only.
    kept.set(id, next.need)
    if (need === "declared") continue
    for (const reference of referencesOf(type))
      queue.push({ id: reference, need: needBelow(type, next.need, pointees) })
  }
  return kept
}

function needBelow(type: BtfType, need: Need, pointees: Need): Need {
  switch (type.kind) {
    case "ptr":
    case "func_proto":
      return pointees
    case "typedef":
    case "const":
    case "volatile":
    case "restrict":
    case "type_tag":
      return need
    default:
      // Members, elements and variables lie inside what is kept.
      return "full"
  }
}

/** Anonymous ones cannot be declared without their members. */
function hasDeclaration(type: BtfType): boolean {
  return (type.kind === "struct" || type.kind === "union") && type.name !== ""
}

function declarationOf(type: BtfType): BtfType {
  return { kind: "fwd", name: type.name, aggregate: type.kind === "union" ? "union" : "struct" }
}

function keepTags(btf: Btf, kept: Map<TypeId, Need>): void {
  for (const id of btf.ids()) {
    if (btf.kindNumber(id) !== KIND.decl_tag || kept.has(id)) continue
    const tag = btf.typeOf(id, "decl_tag")!
    if (kept.get(tag.type) === "full") kept.set(id, "full")
  }
}
