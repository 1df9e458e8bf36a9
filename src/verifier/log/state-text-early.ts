import { formatTnumPair, isKnown, type Scalar, signed, U64_MAX } from "../domain/index.ts"
import type { Register } from "../state/register.ts"
import { baseType, FLAG, isPacketPointer, TYPE, typeName } from "../state/register-type.ts"
import { BYTE_LETTERS, byteKind, isSpill, type StackSlot } from "../state/stack-slot.ts"
import { structName } from "./register-text.ts"

// How states were printed before 6.8: numbers in decimal, offsets and constants always, spilled registers by their type
// alone, each range with a name of its own.

/** What a register holds. */
export function registerTextEarly(r: Register): string {
  const { type, scalar } = r
  const precise = type === TYPE.SCALAR && r.precise ? "P" : ""
  if (isKnown(scalar)) {
    if (type === TYPE.SCALAR) return `${precise}${scalar.smin}`
    if (type === TYPE.STACK) return `fp${signed(scalar.bits.value + BigInt(r.off))}`
  }
  const name = baseType(type) === TYPE.BTF_ID ? structName(r) : ""
  return `${precise}${typeNameEarly(type)}${name}(${details(r).join(",")})`
}

/** Of a spilled register, and of bytes. */
export function slotTextEarly(slot: StackSlot): string {
  if (!isSpill(slot)) {
    let letters = ""
    for (let byte = 0; byte < 8; byte++) letters += BYTE_LETTERS[byteKind(slot, byte)]
    return letters
  }
  const { type, precise, scalar } = slot.register
  if (type !== TYPE.SCALAR) return typeNameEarly(type)
  return `${precise ? "P" : ""}${isKnown(scalar) ? scalar.smin : ""}`
}

/** Only one of these stood before a type: the last that fits. */
const PREFIXES: readonly (readonly [flag: number, text: string])[] = [
  [FLAG.UNTRUSTED, "untrusted_"],
  [FLAG.PER_CPU, "percpu_"],
  [FLAG.USER, "user_"],
  [FLAG.RINGBUF, "alloc_"],
  [FLAG.READ_ONLY, "rdonly_"],
]

function typeNameEarly(type: number): string {
  const prefix = PREFIXES.find(([flag]) => type & flag)?.[1] ?? ""
  return prefix + typeName(baseType(type) | (type & FLAG.MAYBE_NULL))
}

function details(r: Register): string[] {
  const { type, scalar, map } = r
  const base = baseType(type)
  const parts: string[] = []
  if (r.id) parts.push(`id=${r.id}`)
  if (r.refId && mayBeCounted(type)) parts.push(`ref_obj_id=${r.refId}`)
  if (type !== TYPE.SCALAR) parts.push(`off=${r.off}`)
  if (isPacketPointer(type)) parts.push(`r=${r.range}`)
  else if (map && (base === TYPE.CONST_MAP || base === TYPE.MAP_VALUE || base === TYPE.MAP_KEY))
    parts.push(`ks=${map.keySize}`, `vs=${map.valueSize}`)
  if (isKnown(scalar)) parts.push(`imm=${scalar.bits.value.toString(16)}`)
  else parts.push(...ranges(scalar))
  return parts
}

function mayBeCounted(type: number): boolean {
  const base = baseType(type)
  return base === TYPE.SOCKET || base === TYPE.TCP_SOCK || base === TYPE.MEM || base === TYPE.BTF_ID
}

/** Ranges that say more than the type, and than the range before. Those of 32 bits print as if they had a sign. */
function ranges(s: Scalar): string[] {
  const rows: [name: string, value: bigint, same: bigint, limit: bigint][] = [
    ["smin", s.smin, BigInt.asIntN(64, s.umin), -(1n << 63n)],
    ["smax", s.smax, BigInt.asIntN(64, s.umax), (1n << 63n) - 1n],
    ["umin", s.umin, 0n, 0n],
    ["umax", s.umax, U64_MAX, U64_MAX],
    ["s32_min", BigInt(s.s32min), s.smin, -0x8000_0000n],
    ["s32_max", BigInt(s.s32max), s.smax, 0x7fff_ffffn],
    ["u32_min", BigInt(s.u32min), s.umin, 0n],
    ["u32_max", BigInt(s.u32max), s.umax, 0xffff_ffffn],
  ]
  const parts = rows.map(([name, value, same, limit]) => {
    if (value === same || value === limit) return ""
    return `${name}=${name.startsWith("u32") ? BigInt.asIntN(32, value) : value}`
  })
  const bits = s.bits.mask === U64_MAX ? "" : `var_off=${formatTnumPair(s.bits)}`
  return [...parts.slice(0, 4), bits, ...parts.slice(4)].filter(part => part !== "")
}
