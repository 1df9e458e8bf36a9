import { RelocationError } from "../../base/index.ts"
import type { Btf } from "../btf.ts"
import type { CoreKind } from "../btf-ext.ts"
import type { BtfType, TypeId } from "../types.ts"
import type { FieldPath } from "./field-path.ts"
import { isEnum, resolved } from "./type-kinds.ts"

export type FieldKind = Extract<CoreKind, `field_${string}`>

/** What one kind of field relocation says of one place. */
export interface FieldValue {
  readonly value: bigint
  /** Whether a compiler can only have meant this value: not so for bitfields, which can be read in several ways. */
  readonly certain: boolean
  /** What a load or store there touches; undefined for bitfields and for relocations that are no offset. */
  readonly memory: FieldMemory | undefined
}

export interface FieldMemory {
  /** In bytes; of the innermost element when the place is an array. */
  readonly size: number
  /** How a load extends what it reads: pointers and unsigned integers can change their size, nothing else can. */
  readonly extends: "pointer" | "unsigned" | "other"
}

/** Where and how wide the place is, and what stands there. */
interface Extent {
  readonly byteOffset: number
  readonly byteSize: number
  readonly bitOffset: number
  readonly bitSize: number
  readonly bitfield: boolean
  readonly type: BtfType | undefined
  readonly id: TypeId
}

/** Throws RelocationError for a question that the place has no answer to. Existence is not asked here. */
export function fieldValue(kind: Exclude<FieldKind, "field_exists">, path: FieldPath): FieldValue {
  const { btf } = path
  const step = path.steps.at(-1)
  if (step?.kind === "element" && kind !== "field_byte_offset" && kind !== "field_byte_size") {
    throw new RelocationError(`${btf.label}: ${kind} cannot be asked of an array element or a whole struct`)
  }
  const extent = extentOf(path)
  switch (kind) {
    case "field_byte_offset": {
      const memory = extent.bitfield ? undefined : memoryOf(btf, extent)
      return { value: BigInt(extent.byteOffset), certain: !extent.bitfield, memory }
    }
    case "field_byte_size":
      return plain(extent.byteSize, !extent.bitfield)
    case "field_signed":
      return plain(isSigned(extent.type) ? 1 : 0, true)
    case "field_lshift_u64": {
      const within = extent.bitOffset - extent.byteOffset * 8
      // What is left of the place once its bytes are loaded as the low end of 64 bits.
      const above = btf.littleEndian ? 64 - (within + extent.bitSize) : (8 - extent.byteSize) * 8 + within
      return plain(above, !extent.bitfield)
    }
    case "field_rshift_u64":
      return plain(64 - extent.bitSize, true)
    default:
      return kind satisfies never
  }
}

function plain(value: number, certain: boolean): FieldValue {
  return { value: BigInt.asUintN(64, BigInt(value)), certain, memory: undefined }
}

function extentOf({ btf, steps, bitOffset }: FieldPath): Extent {
  const step = steps.at(-1)!
  const { id, type } = resolved(btf, step.kind === "member" ? step.member.type : step.type)
  const byteOffset = Math.floor(bitOffset / 8)
  if (step.kind === "member" && step.member.bitSize > 0) {
    const bitSize = step.member.bitSize
    const unit = loadUnit(btf, type, bitOffset, bitSize)
    return { ...unit, bitOffset, bitSize, bitfield: true, type, id }
  }
  const byteSize = btf.sizeOf(id)
  return { byteOffset, byteSize, bitOffset, bitSize: byteSize * 8, bitfield: false, type, id }
}

/** The smallest aligned load that holds all of a bitfield, starting from the size of its declared type. */
function loadUnit(
  btf: Btf,
  type: BtfType | undefined,
  bitOffset: number,
  bitSize: number,
): { byteOffset: number; byteSize: number } {
  if (type?.kind !== "int" && !isEnum(type)) {
    throw new RelocationError(`${btf.label}: a bitfield of ${bitSize} bits is neither an integer nor an enum`)
  }
  for (let byteSize = type.size; byteSize >= 1 && byteSize <= 8; byteSize *= 2) {
    const byteOffset = Math.floor(bitOffset / 8 / byteSize) * byteSize
    if (bitOffset + bitSize <= (byteOffset + byteSize) * 8) return { byteOffset, byteSize }
  }
  throw new RelocationError(
    `${btf.label}: the bitfield of ${bitSize} bits at bit ${bitOffset} does not fit into one load of 8 bytes`,
  )
}

function memoryOf(btf: Btf, extent: Extent): FieldMemory {
  let element = extent.type
  let size = extent.byteSize
  while (element?.kind === "array") {
    size = btf.sizeOf(element.element)
    element = resolved(btf, element.element).type
  }
  return { size, extends: extensionOf(extent.type) }
}

/** Of the place itself: an array, even of integers, is "other", as libbpf has it. */
function extensionOf(type: BtfType | undefined): FieldMemory["extends"] {
  if (type?.kind === "ptr") return "pointer"
  return type?.kind === "int" && type.encoding !== "signed" ? "unsigned" : "other"
}

function isSigned(type: BtfType | undefined): boolean {
  return isEnum(type) ? type.signed : type?.kind === "int" && type.encoding === "signed"
}
