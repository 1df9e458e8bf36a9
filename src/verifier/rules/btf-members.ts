import { type Btf, type BtfMember, type BtfTypeOf, type TypeId, VOID } from "../../btf/index.ts"

/** What lies at a place of a structure. */
export type MemberAnswer =
  | { readonly kind: "scalar" }
  | {
      readonly kind: "pointer"
      readonly field: string
      readonly type: TypeId
      readonly tag: string | undefined
      /** Found inside a union of several members: nobody knows which of them holds. */
      readonly inUnion: boolean
    }
  | { readonly kind: "refused"; readonly message: string; readonly invalid: boolean }

/** A structure that begins at the place: the search may go on in it. */
type Step = MemberAnswer | { readonly kind: "structure"; readonly type: TypeId }

/** The way down through nested structures; `inUnion` stays set behind a union of several members. */
export interface Descent {
  inUnion: boolean
  /** Whether an array without length at the end goes on behind the structure: not in what programs allocate. */
  readonly flexible: boolean
}

type Aggregate = BtfTypeOf<"struct"> | BtfTypeOf<"union">

/**
 * Finds what a load of `size` bytes at `offset` meets, through nested structures and arrays: pointers are read
 * whole, numbers in any part.
 */
export function memberAt(btf: Btf, id: TypeId, offset: number, size: number, flexible = true): MemberAnswer {
  const descent: Descent = { inUnion: false, flexible }
  let step = structureAt(btf, id, offset, size, descent)
  while (step.kind === "structure") step = structureAt(btf, step.type, 0, size, descent)
  return step
}

/** One step of the search: the next structure that begins exactly there, or what else is there. */
export function structureAt(btf: Btf, id: TypeId, offset: number, size: number, descent: Descent): Step {
  const type = btf.type(btf.resolve(id))
  if (type.kind !== "struct" && type.kind !== "union")
    return refused(`Type '${"name" in type ? type.name : ""}' is not a struct`, true)
  if (type.kind === "union" && type.members.length !== 1) descent.inUnion = true
  if (offset + size > type.size)
    return (
      (descent.flexible && behindEnd(btf, type, offset, size, descent)) ||
      refused(`access beyond struct ${type.name} at off ${offset} size ${size}`)
    )
  for (const member of type.members) {
    const start = Math.floor(member.bitOffset / 8)
    if (offset + size <= start) break
    if (member.bitSize > 0) {
      const end = Math.ceil((member.bitOffset + member.bitSize) / 8)
      if (offset <= start && end <= offset + size) return { kind: "scalar" }
      continue
    }
    if (offset < start) break
    const found = insideMember(btf, type, member, start, offset, size, descent)
    if (found) return found
  }
  return refused(`struct ${type.name} doesn't have field at offset ${offset}`, true)
}

function refused(message: string, invalid = false): MemberAnswer {
  return { kind: "refused", message, invalid }
}

function behindEnd(
  btf: Btf,
  { members }: Aggregate,
  offset: number,
  size: number,
  descent: Descent,
): Step | undefined {
  const last = members.at(-1)
  const array = last && btf.typeOf(btf.resolve(last.type), "array")
  if (!last || array?.length !== 0 || offset < last.bitOffset / 8) return undefined
  const element = btf.type(btf.resolve(array.element))
  if (element.kind === "int") return { kind: "scalar" }
  if ((element.kind !== "struct" && element.kind !== "union") || element.size === 0) return undefined
  const inside = (offset - last.bitOffset / 8) % element.size
  return structureAt(btf, btf.resolve(array.element), inside, size, descent)
}

function insideMember(
  btf: Btf,
  owner: Aggregate,
  member: BtfMember,
  start: number,
  offset: number,
  size: number,
  descent: Descent,
): Step | undefined {
  let type = btf.resolve(member.type)
  if (type === VOID) return undefined
  let at = start
  // Numbers may be read across the elements of an array, up to its end.
  const end = start + btf.sizeOf(type)
  if (offset >= end) return undefined
  for (let array = btf.typeOf(type, "array"); array; array = btf.typeOf(type, "array")) {
    type = btf.resolve(array.element)
    const stride = btf.sizeOf(type)
    at += Math.floor((offset - at) / stride) * stride
  }
  const kind = btf.kindOf(type)
  if (kind === "struct" || kind === "union")
    return offset === at ? { kind: "structure", type } : structureAt(btf, type, offset - at, size, descent)
  if (kind === "ptr") {
    if (size !== 8 || offset !== at)
      return refused(
        `cannot access ptr member ${member.name} with moff ${at} in struct ${owner.name} with off ${offset} size ${size}`,
      )
    const target = btf.typeOf(type, "ptr")!.type
    const pointee = btf.resolve(target)
    const pointed = pointee === VOID ? "void" : btf.kindOf(pointee)
    const tag = btf.typeOf(target, "type_tag")?.name
    if (pointed === "struct" || pointed === "union")
      return { kind: "pointer", field: member.name, type: pointee, tag, inUnion: descent.inUnion }
  }
  if (offset + size > end && !descent.inUnion)
    return refused(
      `access beyond the end of member ${member.name} (mend:${end}) in struct ${owner.name} with off ${offset} size ${size}`,
    )
  return { kind: "scalar" }
}
