import { BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { memberBits } from "./member.ts"
import type { BtfMember, TypeId } from "./types.ts"

/** Longest chain of references followed by hand-off (typedef of const of …); real ones have below ten. */
export const MAX_CHAIN = 128

/** Deepest nesting of structs by value that is looked into; the kernel stops at 32. */
export const MAX_DEPTH = 64

const MAX_SIZE = 0xffffffff

/** What `id` stands for once typedefs, qualifiers and type tags are taken off. VOID can come out. */
export function resolveType(btf: Btf, id: TypeId): TypeId {
  let at = id
  for (let hops = 0; hops < MAX_CHAIN; hops++) {
    if (btf.isVoid(at)) return at
    const type = btf.type(at)
    switch (type.kind) {
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
        at = type.type
        break
      default:
        return at
    }
  }
  throw loopError(btf, id)
}

/** Size in bytes, as C's sizeof: throws BtfError for void, functions and types that are only declared. */
export function sizeOfType(btf: Btf, id: TypeId): number {
  let at = id
  let factor = 1
  for (let hops = 0; hops < MAX_CHAIN; hops++) {
    if (btf.isVoid(at)) throw new BtfError(`${btf.label}: type [${id}] has no size: it is void`)
    const type = btf.type(at)
    let size: number
    switch (type.kind) {
      case "int":
      case "struct":
      case "union":
      case "enum":
      case "enum64":
      case "float":
      case "datasec":
        size = type.size
        break
      case "ptr":
        size = btf.pointerSize
        break
      case "array":
        factor *= type.length
        // The limit holds for every level, so the product stays exact.
        if (factor > MAX_SIZE)
          throw new BtfError(`${btf.label}: type [${id}]: the array of ${factor} elements exceeds 4 GiB`)
        at = type.element
        continue
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
      case "var":
      case "decl_tag":
        at = type.type
        continue
      case "fwd":
      case "func":
      case "func_proto":
        throw new BtfError(`${btf.label}: type [${id}] has no size: it is a ${type.kind}`)
      default:
        return type satisfies never
    }
    if (factor * size > MAX_SIZE)
      throw new BtfError(`${btf.label}: type [${id}]: ${factor} elements of ${size} bytes exceed 4 GiB`)
    return factor * size
  }
  throw loopError(btf, id)
}

/**
 * Alignment in bytes, as C's _Alignof on a target with the BTF's pointer size. A struct whose members stand where
 * no aligned layout puts them is packed: 1.
 */
export function alignOfType(btf: Btf, id: TypeId, known: Map<TypeId, number>): number {
  return align(btf, id, known, 0)
}

function align(btf: Btf, id: TypeId, known: Map<TypeId, number>, depth: number): number {
  const cached = known.get(id)
  if (cached !== undefined) return cached
  let at = id
  for (let hops = 0; hops < MAX_CHAIN; hops++) {
    if (btf.isVoid(at)) throw new BtfError(`${btf.label}: type [${id}] has no alignment: it is void`)
    const type = btf.type(at)
    switch (type.kind) {
      case "int":
      case "enum":
      case "enum64":
      case "float":
        return remember(known, id, scalarAlignment(type.size))
      case "ptr":
        return btf.pointerSize
      case "array":
        at = type.element
        continue
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
      case "var":
      case "decl_tag":
        at = type.type
        continue
      case "struct":
      case "union": {
        if (depth >= MAX_DEPTH)
          throw new BtfError(`${btf.label}: type [${id}]: structs nest deeper than ${MAX_DEPTH}`)
        let most = 1
        let packed = false
        for (const member of type.members) {
          const alignment = align(btf, member.type, known, depth + 1)
          most = Math.max(most, alignment)
          packed ||= misplaced(btf, member, alignment)
        }
        return remember(known, id, packed || type.size % most !== 0 ? 1 : most)
      }
      case "fwd":
      case "func":
      case "func_proto":
      case "datasec":
        throw new BtfError(`${btf.label}: type [${id}] has no alignment: it is a ${type.kind}`)
      default:
        return type satisfies never
    }
  }
  throw loopError(btf, id)
}

/** Whether C would never put a member there unless its struct is packed. */
function misplaced(btf: Btf, member: BtfMember, alignment: number): boolean {
  const { bitOffset, bitSize } = memberBits(btf, member)
  if (bitSize === 0) return bitOffset % (8 * alignment) !== 0
  // A bitfield stays within one unit of its type.
  const unit = sizeOfType(btf, member.type) * 8
  return Math.floor(bitOffset / unit) !== Math.floor((bitOffset + bitSize - 1) / unit)
}

function remember(known: Map<TypeId, number>, id: TypeId, alignment: number): number {
  known.set(id, alignment)
  return alignment
}

/** The largest power of two that divides the size, at most 16: `long double` of 12 bytes has 4. */
function scalarAlignment(size: number): number {
  return Math.min(16, size & -size)
}

function loopError(btf: Btf, id: TypeId): BtfError {
  return new BtfError(`${btf.label}: type [${id}] leads through more than ${MAX_CHAIN} references: a loop`)
}
