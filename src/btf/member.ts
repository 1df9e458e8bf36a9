import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { MAX_DEPTH } from "./size.ts"
import type { BtfMember, TypeId } from "./types.ts"

/** A place inside a struct. */
export interface MemberPlace {
  readonly type: TypeId
  /** From the start of the outermost struct, in bits. */
  readonly bitOffset: number
  /** Width of a bitfield in bits; 0 for anything else. */
  readonly bitSize: number
}

/**
 * Finds a member by its path, "f_path.dentry" or "slots[2].len": members of anonymous structs and unions are found
 * by their own name, typedefs and qualifiers are looked through, pointers are not followed. `id` may be a typedef
 * of the struct. Undefined when there is no such member (or element); throws BtfError for a path that is none.
 */
export function findMember(btf: Btf, id: TypeId, path: string): MemberPlace | undefined {
  let place: MemberPlace = { type: id, bitOffset: 0, bitSize: 0 }
  for (const step of parsePath(path)) {
    const next = typeof step === "string" ? memberOf(btf, place, step) : elementOf(btf, place, step)
    if (next === undefined) return undefined
    place = next
  }
  return place
}

/**
 * Offset and width of a member. BTF of before 2018 (and clang's for old kernels) keeps the width of a bitfield in
 * its int type instead of the member.
 */
export function memberBits(btf: Btf, member: BtfMember): { bitOffset: number; bitSize: number } {
  if (member.bitSize !== 0 || btf.isVoid(member.type)) return member
  const id = btf.kindOf(member.type) === "int" ? member.type : btf.resolve(member.type)
  const type = btf.isVoid(id) ? undefined : btf.typeOf(id, "int")
  if (!type || (type.bits === type.size * 8 && type.bitOffset === 0)) return member
  return { bitOffset: member.bitOffset + type.bitOffset, bitSize: type.bits }
}

function parsePath(path: string): (string | number)[] {
  const steps: (string | number)[] = []
  const pattern = /\.?([A-Za-z_$][\w$]*)|\[(\d{1,10})\]/y
  let at = 0
  while (at < path.length) {
    pattern.lastIndex = at
    const match = pattern.exec(path)
    if (!match || (match[1] !== undefined && (at === 0) === match[0].startsWith(".")))
      throw new BtfError(`"${path}" is no path of members at character ${at}`, {
        hint: 'write it like "a.b[2].c"',
      })
    steps.push(match[1] ?? Number(match[2]))
    at = pattern.lastIndex
  }
  if (steps.length === 0) throw new BtfError("an empty path names no member")
  return steps
}

function elementOf(btf: Btf, place: MemberPlace, index: number): MemberPlace | undefined {
  const id = btf.resolve(place.type)
  const array = btf.isVoid(id) ? undefined : btf.typeOf(id, "array")
  // Flexible arrays (length 0) have as many elements as there is room for.
  if (!array || (array.length !== 0 && index >= array.length)) return undefined
  const bitOffset = place.bitOffset + index * btf.sizeOf(array.element) * 8
  return { type: array.element, bitOffset, bitSize: 0 }
}

/** Breadth first through anonymous members; each of their types once, however often hostile BTF repeats it. */
function memberOf(btf: Btf, place: MemberPlace, name: string): MemberPlace | undefined {
  let level = [{ id: btf.resolve(place.type), bitOffset: place.bitOffset }]
  const seen = new Set<TypeId>()
  for (let depth = 0; level.length > 0 && depth < MAX_DEPTH; depth++) {
    const next: typeof level = []
    for (const { id, bitOffset } of level) {
      if (btf.isVoid(id) || seen.has(id)) continue
      seen.add(id)
      const type = btf.type(id)
      if (type.kind !== "struct" && type.kind !== "union") continue
      for (const member of type.members) {
        if (member.name === name) {
          const bits = memberBits(btf, member)
          return { type: member.type, bitOffset: bitOffset + bits.bitOffset, bitSize: bits.bitSize }
        }
        if (member.name === "")
          next.push({ id: btf.resolve(member.type), bitOffset: bitOffset + member.bitOffset })
      }
    }
    level = next
  }
  return undefined
}
