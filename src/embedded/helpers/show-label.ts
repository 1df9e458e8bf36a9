import { type Btf, type BtfMember, type BtfType, type TypeId, VOID } from "../../btf/index.ts"

/** What is shown just now. */
export interface ShowState {
  type: BtfType | undefined
  typeId: TypeId
  /** The member of a struct that it is. */
  member: BtfMember | undefined
  /** Somewhere inside of an array, whose label has said it all. */
  inArray: boolean
}

/** Steps through pointers, arrays and typedefs before a type is given up. */
const MAX_STEPS = 10

/** ".member = (struct type *)" and the bracket that opens it, as bpf_snprintf_btf puts it before a value. */
export function typeLabel(btf: Btf, { typeId, member, inArray }: ShowState, nameless: boolean): string {
  if (inArray) return ""
  const walk = walkType(btf, member?.type ?? typeId)
  if (!walk) return ""
  const { type, typedef, pointers, arrays } = walk
  const isAggregate = type?.kind === "struct" || type?.kind === "union"
  const bracket = pointers > 0 ? "" : arrays > 0 ? "[" : isAggregate ? "{" : ""
  if (nameless) return bracket
  const own = type && "name" in type ? type.name : ""
  const name = typedef ?? own
  const prefix = typedef === undefined ? prefixOf(type) : ""
  const space = prefix !== "" && name !== "" ? " " : ""
  const stars = pointers > 0 ? ` ${"*".repeat(pointers)}` : ""
  const path = member && member.name !== "" ? `.${member.name} = ` : ""
  return `${path}(${prefix}${space}${name}${stars}${"[]".repeat(arrays)})${bracket}`
}

function prefixOf(type: BtfType | undefined): string {
  switch (type?.kind) {
    case "struct":
    case "union":
      return type.kind
    case "enum":
    case "enum64":
      return "enum"
    default:
      return ""
  }
}

interface Walk {
  /** What the last step leads to; undefined for void. */
  readonly type: BtfType | undefined
  /** The first typedef on the way. */
  readonly typedef: string | undefined
  readonly pointers: number
  readonly arrays: number
}

function walkType(btf: Btf, from: TypeId): Walk | undefined {
  let [id, pointers, arrays] = [from, 0, 0]
  let typedef: string | undefined
  for (let step = 0; step < MAX_STEPS; step++) {
    const type = id === VOID ? undefined : btf.type(id)
    switch (type?.kind) {
      case "typedef":
        typedef ??= type.name
        id = type.type
        break
      case "array":
        arrays += 1
        id = type.element
        break
      case "ptr":
        pointers += 1
        id = type.type
        break
      default:
        return { type, typedef, pointers, arrays }
    }
    // A pointer to void ends there, and has the pointer's own name: none.
    if (id === VOID) return { type: undefined, typedef, pointers, arrays }
    id = withoutQualifiers(btf, id)
  }
  return undefined
}

function withoutQualifiers(btf: Btf, id: TypeId): TypeId {
  let at = id
  for (
    let type = at === VOID ? undefined : btf.type(at);
    type;
    type = at === VOID ? undefined : btf.type(at)
  ) {
    if (!["const", "volatile", "restrict", "type_tag"].includes(type.kind)) break
    at = (type as { type: TypeId }).type
  }
  return at
}
