import type { Btf } from "../btf.ts"
import { type BtfType, type TypeId, VOID } from "../types.ts"
import type { PointeeType, SimpleFieldKind, SpecialField, ValueLayout } from "./layout.ts"

/** What finding fields depends on. */
export interface FieldRules {
  readonly btf: Btf
  /** The kernel's own types; undefined where nobody asks whose a pointer's target is. */
  readonly kernel: Btf | undefined
  /** True when the kernel's release is at least this one. */
  since(release: string): boolean
  /** Told of a field that is not as it must be, or of more fields than may be: such ones are left out. */
  onInvalid?(): void
}

/** Structs with a meaning: what they are, and the first release that knows them. Bytes as in 6.12. */
const STRUCTS: Readonly<Record<string, { kind: SimpleFieldKind | "listHead" | "treeRoot"; since: string }>> =
  {
    bpf_spin_lock: { kind: "spinLock", since: "5.1" },
    bpf_timer: { kind: "timer", since: "5.15" },
    bpf_list_head: { kind: "listHead", since: "6.2" },
    bpf_list_node: { kind: "listNode", since: "6.2" },
    bpf_rb_root: { kind: "treeRoot", since: "6.3" },
    bpf_rb_node: { kind: "treeNode", since: "6.3" },
    bpf_refcount: { kind: "refcount", since: "6.4" },
    bpf_wq: { kind: "workqueue", since: "6.10" },
  }

/** Structs inside structs and arrays were not looked into before. */
const NESTED_SINCE = "6.11"
/** Until then "kptr" was the untrusted pointer, and "kptr_ref" the one that owns a reference. */
const KPTR_OWNS_SINCE = "6.4"
const MAX_DEPTH = 16
/** As many special fields as one type may have (BTF_FIELDS_MAX). */
const MAX_FIELDS = 11
const POINTER = 8

/** A variable of a data section, where the object says that it lies. */
export interface PlacedVariable {
  /** Its `var`. */
  readonly variable: TypeId
  readonly offset: number
}

/** The layouts of an object's types and data sections, each type's found once. */
export interface LayoutFinder {
  layoutOf(type: TypeId): ValueLayout
  layoutOfSection(variables: readonly PlacedVariable[], size: number): ValueLayout
}

export function layoutFinder(rules: FieldRules): LayoutFinder {
  const known = new Map<TypeId, ValueLayout>()
  const layoutOf = (id: TypeId): ValueLayout => {
    const type = rules.btf.resolve(id)
    const before = known.get(type)
    if (before) return before
    const layout = laidOut(findFields(rules, type, 0, 0), sizeOf(rules.btf, type))
    known.set(type, layout)
    return layout
  }
  const laidOut = (fields: SpecialField[], size: number): ValueLayout => {
    if (fields.length > MAX_FIELDS) rules.onInvalid?.()
    const ordered = fields.sort((a, b) => a.offset - b.offset).slice(0, MAX_FIELDS)
    return { size, fields: ordered, layoutOf }
  }
  const layoutOfSection = (variables: readonly PlacedVariable[], size: number): ValueLayout =>
    laidOut(
      variables.flatMap(({ variable, offset }) => {
        const type = rules.btf.typeOf(variable, "var")?.type ?? VOID
        return fieldAt(rules, type, offset, { owner: variable, index: -1 }, 0)
      }),
      size,
    )
  return { layoutOf, layoutOfSection }
}

function sizeOf(btf: Btf, type: TypeId): number {
  return type === VOID ? 0 : btf.sizeOf(type)
}

function findFields(rules: FieldRules, id: TypeId, offset: number, depth: number): SpecialField[] {
  const { btf } = rules
  if (id === VOID || depth > MAX_DEPTH) return []
  const members = btf.typeOf(id, "struct")?.members ?? []
  return members.flatMap((member, index) =>
    member.bitSize > 0
      ? []
      : fieldAt(rules, member.type, offset + member.bitOffset / 8, { owner: id, index }, depth),
  )
}

/** What a declaration tag may stand on: a member of a struct, or a variable. */
interface Place {
  readonly owner: TypeId
  readonly index: number
}

function fieldAt(
  rules: FieldRules,
  declared: TypeId,
  offset: number,
  place: Place,
  depth: number,
): SpecialField[] {
  const { btf } = rules
  const id = btf.resolve(declared)
  if (id === VOID) return []
  const type = btf.type(id)
  if (type.kind === "ptr") return pointerField(rules, type.type, offset)
  if (type.kind === "array") return elements(rules, type, offset, place, depth)
  if (type.kind !== "struct") return []
  const known = STRUCTS[type.name]
  if (!known || !rules.since(known.since))
    return rules.since(NESTED_SINCE) ? findFields(rules, id, offset, depth + 1) : []
  const { kind } = known
  const { size } = type
  if (kind !== "listHead" && kind !== "treeRoot") return [{ kind, offset, size }]
  const contained = containedType(btf, place)
  if (!contained) rules.onInvalid?.()
  return contained ? [{ kind, offset, size, ...contained }] : []
}

function elements(
  rules: FieldRules,
  array: Extract<BtfType, { kind: "array" }>,
  offset: number,
  place: Place,
  depth: number,
): SpecialField[] {
  if (!rules.since(NESTED_SINCE)) return []
  const first = fieldAt(rules, array.element, 0, place, depth + 1)
  if (first.length === 0) return []
  const stride = rules.btf.sizeOf(array.element)
  // One more than may be shows that there are too many.
  const count = Math.min(array.length, MAX_FIELDS + 1)
  return Array.from({ length: count }, (_, index) => index).flatMap(index =>
    first.map(field => ({ ...field, offset: offset + index * stride + field.offset })),
  )
}

function pointerField(rules: FieldRules, target: TypeId, offset: number): SpecialField[] {
  const { btf } = rules
  const tag = btf.typeOf(target, "type_tag")
  const ownership = tag && ownershipOf(tag.name, rules)
  if (!tag || !ownership) return []
  const id = btf.resolve(tag.type)
  const struct = btf.typeOf(id, "struct")
  if (!struct) return []
  const isKernels = rules.kernel?.find(struct.name, "struct") !== undefined
  const pointee: PointeeType = isKernels
    ? { owner: "kernel", name: struct.name }
    : { owner: "program", type: id }
  return [{ kind: "pointer", offset, size: POINTER, ownership, pointee }]
}

function ownershipOf(tag: string, { since }: FieldRules): "counted" | "perCpu" | "untrusted" | undefined {
  const owns = since(KPTR_OWNS_SINCE)
  if (tag === (owns ? "kptr_untrusted" : "kptr")) return "untrusted"
  if (tag === (owns ? "kptr" : "kptr_ref")) return "counted"
  return tag === "percpu_kptr" && since("6.7") ? "perCpu" : undefined
}

/** Reads "contains:TYPE:NODE", which stands on the member or variable. */
function containedType(
  btf: Btf,
  { owner, index }: Place,
): { readonly contained: TypeId; readonly nodeOffset: number } | undefined {
  for (const id of tagsOf(btf).get(owner) ?? []) {
    const tag = btf.typeOf(id, "decl_tag")
    const [, typeName = "", node = ""] = /^contains:([^:]+):(.+)$/.exec(tag?.name ?? "") ?? []
    if (tag?.component !== index || typeName === "") continue
    const contained = btf.find(typeName, "struct")
    const member = contained && btf.typeOf(contained, "struct")?.members.find(member => member.name === node)
    if (contained && member) return { contained, nodeOffset: member.bitOffset / 8 }
  }
  return undefined
}

/** Declaration tags by the type that they stand on. */
function tagsOf(btf: Btf): ReadonlyMap<TypeId, readonly TypeId[]> {
  const known = tags.get(btf)
  if (known) return known
  const found = new Map<TypeId, TypeId[]>()
  for (const id of btf.ids()) {
    const tag = btf.typeOf(id, "decl_tag")
    if (tag) found.set(tag.type, [...(found.get(tag.type) ?? []), id])
  }
  tags.set(btf, found)
  return found
}

const tags = new WeakMap<Btf, ReadonlyMap<TypeId, readonly TypeId[]>>()
