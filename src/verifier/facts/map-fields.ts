import { type Btf, layoutFinder, type SpecialField, type TypeId } from "../../btf/index.ts"
import { isSince } from "../../catalog/index.ts"
import type { VerifierKernel } from "../program.ts"

/** Nodes mean something in allocated objects only. */
const NOT_IN_MAPS = new Set<SpecialField["kind"]>(["listNode", "treeNode"])
/** A value has one of each at most. */
const SINGLE = new Set<SpecialField["kind"]>(["spinLock", "timer", "workqueue", "refcount"])

/** Kernel objects whose references map values may own: the kernel knows how to give them back. */
const OWNABLE = new Set([
  "task_struct",
  "cgroup",
  "bpf_cpumask",
  "bpf_crypto_ctx",
  "prog_test_ref_kfunc",
  "prog_test_member",
])

/**
 * The fields of a map's value, or of the variables of a section, that only certain helpers may touch. A kernel that
 * finds fault with one of them makes the map without any.
 */
export function mapFields(
  btf: Btf,
  value: TypeId,
  variables: readonly { readonly type: TypeId; readonly offset: number }[],
  { btf: kernel, release }: VerifierKernel,
): readonly SpecialField[] {
  let invalid = false
  const onInvalid = () => {
    invalid = true
  }
  const finder = layoutFinder({ btf, kernel, since: since => isSince(since, release), onInvalid })
  const layout =
    btf.kindOf(value) === "datasec"
      ? finder.layoutOfSection(
          variables.map(({ type, offset }) => ({ variable: type, offset })),
          0,
        )
      : finder.layoutOf(value)
  const fields = layout.fields.filter(field => !NOT_IN_MAPS.has(field.kind))
  return invalid || !areValid(btf, fields) ? [] : fields
}

function areValid(btf: Btf, fields: readonly SpecialField[]): boolean {
  const kinds = fields.map(field => field.kind).filter(kind => SINGLE.has(kind))
  if (new Set(kinds).size !== kinds.length) return false
  const hasLock = kinds.includes("spinLock")
  return fields.every(field => {
    if (field.kind === "pointer")
      return (
        field.ownership !== "counted" || field.pointee.owner !== "kernel" || OWNABLE.has(field.pointee.name)
      )
    if (field.kind !== "listHead" && field.kind !== "treeRoot") return true
    return hasLock && isNode(btf, field)
  })
}

/** Whether the member that a list or tree names is a node of its kind. */
function isNode(btf: Btf, field: Extract<SpecialField, { kind: "listHead" | "treeRoot" }>): boolean {
  const member = btf
    .typeOf(field.contained, "struct")
    ?.members.find(each => each.bitOffset / 8 === field.nodeOffset)
  const struct = member && btf.typeOf(member.type, "struct")
  return struct?.name === (field.kind === "listHead" ? "bpf_list_node" : "bpf_rb_node")
}
