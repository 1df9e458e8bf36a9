import type { Btf, BtfMember, BtfTypeOf, TypeId } from "../../btf/index.ts"

/** What lies at a place of a kernel structure. */
export type MemberAnswer =
  | { readonly kind: "scalar"; readonly field: string }
  | {
      readonly kind: "pointer"
      readonly field: string
      readonly type: TypeId
      readonly tag: string | undefined
      /** Found inside a union of several members: nobody knows which of them holds. */
      readonly inUnion: boolean
    }
  /** The place is a structure itself: the walk may stop there. */
  | { readonly kind: "refused"; readonly message: string; readonly invalid: boolean }

type Aggregate = BtfTypeOf<"struct"> | BtfTypeOf<"union">

/**
 * Finds what a load of `size` bytes at `offset` meets, through nested structures and arrays: pointers are read
 * whole, numbers in any part.
 */
export function memberAt(btf: Btf, id: TypeId, offset: number, size: number): MemberAnswer {
  const type = btf.type(id)
  if (type.kind !== "struct" && type.kind !== "union")
    return refused(`Type '${"name" in type ? type.name : ""}' is not a struct`, true)
  if (offset + size > type.size) {
    const inside = flexible(btf, type, offset)
    if (inside) return inside
    return refused(`access beyond struct ${type.name} at off ${offset} size ${size}`)
  }
  for (const member of type.members) {
    const answer = insideMember(btf, type, member, offset, size)
    if (!answer) continue
    const unclear = type.kind === "union" && type.members.length > 1
    return unclear && answer.kind === "pointer" ? { ...answer, inUnion: true } : answer
  }
  return refused(`struct ${type.name} doesn't have field at offset ${offset}`, true)
}

function refused(message: string, invalid = false): MemberAnswer {
  return { kind: "refused", message, invalid }
}

/** A flexible array at the end goes on behind the structure. */
function flexible(btf: Btf, type: Aggregate, offset: number): MemberAnswer | undefined {
  const last = type.members.at(-1)
  const array = last && btf.typeOf(btf.resolve(last.type), "array")
  if (!last || !array || array.length !== 0 || offset < last.bitOffset / 8) return undefined
  const element = btf.resolve(array.element)
  const kind = btf.kindOf(element)
  if (kind === "struct" || kind === "union") {
    const into = (offset - last.bitOffset / 8) % btf.sizeOf(element)
    return memberAt(btf, element, into, 1)
  }
  return { kind: "scalar", field: last.name }
}

function insideMember(
  btf: Btf,
  owner: Aggregate,
  member: BtfMember,
  offset: number,
  size: number,
): MemberAnswer | undefined {
  if (member.bitSize > 0) {
    const end = Math.ceil((member.bitOffset + member.bitSize) / 8)
    const start = Math.floor(member.bitOffset / 8)
    return offset < end && offset + size > start ? { kind: "scalar", field: member.name } : undefined
  }
  let at = member.bitOffset / 8
  let type = btf.resolve(member.type)
  if (type === 0) return undefined
  // Numbers may be read across the elements of an array.
  const end = at + btf.sizeOf(type)
  if (offset < at || offset >= end) return undefined
  let array = btf.typeOf(type, "array")
  while (array) {
    type = btf.resolve(array.element)
    const element = btf.sizeOf(type)
    if (element === 0) return { kind: "scalar", field: member.name }
    at += Math.floor((offset - at) / element) * element
    array = btf.typeOf(type, "array")
  }
  const kind = btf.kindOf(type)
  if (kind === "struct" || kind === "union") return memberAt(btf, type, offset - at, size)
  if (kind === "ptr") return pointerMember(btf, owner, member, type, at, offset, size)
  if (offset + size > end)
    return refused(
      `access beyond the end of member ${member.name} (mend:${end}) in struct ${owner.name} with off ${offset} size ${size}`,
    )
  return { kind: "scalar", field: member.name }
}

function pointerMember(
  btf: Btf,
  owner: Aggregate,
  member: BtfMember,
  type: TypeId,
  at: number,
  offset: number,
  size: number,
): MemberAnswer {
  if (size !== 8 || offset !== at)
    return refused(
      `cannot access ptr member ${member.name} with moff ${at} in struct ${owner.name} with off ${offset} size ${size}`,
    )
  const target = btf.typeOf(type, "ptr")!.type
  const tag = btf.typeOf(target, "type_tag")?.name
  const pointee = btf.resolve(target)
  const kind = btf.kindOf(pointee)
  if (kind !== "struct" && kind !== "union") return { kind: "scalar", field: member.name }
  return { kind: "pointer", field: member.name, type: pointee, tag, inUnion: false }
}
