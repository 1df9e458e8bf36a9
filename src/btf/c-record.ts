import { alignUp, BtfError } from "../base/index.ts"
import type { Btf } from "./btf.ts"
import { memberBits } from "./member.ts"
import type { BtfMember, BtfTypeOf, TypeId } from "./types.ts"

/** How a struct or union must be written so that a C compiler lays it out as BTF says. */
export interface RecordPlan {
  readonly packed: boolean
  readonly parts: readonly RecordPart[]
}

export type RecordPart =
  | { readonly kind: "member"; readonly member: BtfMember; readonly bitSize: number }
  /** `type : bits` without a name. */
  | { readonly kind: "gap"; readonly type: string; readonly bits: number }
  /** A gap too long for bitfields. */
  | { readonly kind: "bytes"; readonly name: string; readonly length: number }

/** Gaps from here on, in bytes, become an array. */
const LONG_GAP = 256

/**
 * Follows the layout rules of the C ABI member by member, and adds what is missing of each offset. Undefined when
 * no C record has this layout: members overlap, lie outside, or have no size.
 */
export function planRecord(
  btf: Btf,
  id: TypeId,
  type: BtfTypeOf<"struct"> | BtfTypeOf<"union">,
): RecordPlan | undefined {
  try {
    return type.kind === "struct" ? planStruct(btf, id, type) : planUnion(btf, id, type)
  } catch (error) {
    if (error instanceof BtfError) return undefined
    throw error
  }
}

function planStruct(btf: Btf, id: TypeId, type: BtfTypeOf<"struct">): RecordPlan | undefined {
  const alignment = btf.alignOf(id)
  const packed = alignment === 1 && type.members.some(member => btf.alignOf(member.type) > 1)
  const parts: RecordPart[] = []
  let at = 0
  for (const member of type.members) {
    const { bitOffset, bitSize } = memberBits(btf, member)
    const size = btf.sizeOf(member.type) * 8
    if (bitSize > size) return undefined
    const natural =
      bitSize === 0
        ? alignUp(at, packed ? 8 : 8 * btf.alignOf(member.type))
        : naturalBit(at, bitSize, packed ? 1 : size)
    if (bitOffset < at) return undefined
    if (natural > bitOffset && !packed) return undefined
    if (natural !== bitOffset) fillGap(parts, at, bitOffset)
    parts.push({ kind: "member", member, bitSize })
    at = bitOffset + (bitSize === 0 ? size : bitSize)
  }
  const size = type.size * 8
  if (at > size) return undefined
  if (alignUp(at, alignment * 8) !== size) fillGap(parts, at, size)
  return { packed, parts }
}

function planUnion(btf: Btf, id: TypeId, type: BtfTypeOf<"union">): RecordPlan | undefined {
  const alignment = btf.alignOf(id)
  const packed = alignment === 1 && type.members.some(member => btf.alignOf(member.type) > 1)
  const parts: RecordPart[] = []
  let most = 0
  for (const member of type.members) {
    const { bitOffset, bitSize } = memberBits(btf, member)
    const size = btf.sizeOf(member.type)
    if (bitOffset !== 0 || bitSize > size * 8) return undefined
    parts.push({ kind: "member", member, bitSize })
    most = Math.max(most, bitSize === 0 ? size : Math.ceil(bitSize / 8))
  }
  if (most > type.size) return undefined
  if (alignUp(most, alignment) !== type.size)
    parts.push({ kind: "bytes", name: "___size", length: type.size })
  return { packed, parts }
}

/** Where C puts a bitfield: right here, unless it would cross a boundary of its unit. */
function naturalBit(at: number, width: number, unit: number): number {
  const crosses = unit > 1 && Math.floor(at / unit) !== Math.floor((at + width - 1) / unit)
  return crosses ? alignUp(at, unit) : at
}

const UNITS = [
  { type: "long long", bits: 64 },
  { type: "int", bits: 32 },
  { type: "short", bits: 16 },
  { type: "char", bits: 8 },
]

function fillGap(parts: RecordPart[], from: number, to: number): void {
  let at = from
  while (at < to) {
    if (at % 8 === 0 && to - at >= LONG_GAP * 8) {
      const length = Math.floor((to - at) / 8)
      parts.push({ kind: "bytes", name: `___pad_${at / 8}`, length })
      at += length * 8
      continue
    }
    // The first unit that the gap fills to its end; else the smallest that holds all of the gap's bits.
    const whole = UNITS.find(unit => to - at >= unit.bits - (at % unit.bits))
    const unit = whole ?? UNITS.at(-1)!
    const bits = Math.min(to - at, unit.bits - (at % unit.bits))
    parts.push({ kind: "gap", type: unit.type, bits })
    at += bits
  }
}
