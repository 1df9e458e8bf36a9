import { formatTnum, isKnown, type Scalar, signed, U64_MAX } from "../domain/index.ts"
import type { Frame } from "../state/frame.ts"
import { ADDED_CONSTANT, LIVE, type Register } from "../state/register.ts"
import { baseType, FLAG, isPacketPointer, TYPE, typeName } from "../state/register-type.ts"
import { signedText, unsignedText } from "./numbers.ts"

/** Liveness marks behind a register's name: "_rw". */
export function livenessText(live: number): string {
  if (!(live & (LIVE.READ | LIVE.WRITTEN | LIVE.DONE))) return ""
  return `_${live & LIVE.READ ? "r" : ""}${live & LIVE.WRITTEN ? "w" : ""}${live & LIVE.DONE ? "D" : ""}`
}

/** What a register holds, as logs print it since 6.8. */
export function registerText(frame: Frame, r: Register): string {
  const { type, scalar } = r
  const precise = type === TYPE.SCALAR && r.precise ? "P" : ""
  if (type === TYPE.SCALAR && isKnown(scalar)) return `${precise}${signedText(scalar.smin)}`
  let text = precise + typeName(type)
  const base = baseType(type)
  if (base === TYPE.ARENA) return text
  if (base === TYPE.STACK) {
    if (frame.number !== r.frame) text += `[${r.frame}]`
    if (isKnown(scalar)) return text + signedText(signed(scalar.bits.value + BigInt(r.off)))
  }
  if (base === TYPE.BTF_ID) text += structName(r)
  return `${text}(${details(r, base).join(",")})`
}

/** The structure that a pointer leads to. */
export function structName(r: Register): string {
  const type = r.btf && r.btfId !== 0 ? r.btf.type(r.btfId) : undefined
  return type && "name" in type ? type.name : ""
}

function details(r: Register, base: number): string[] {
  const { type, scalar } = r
  const parts: string[] = []
  if (r.id) {
    const distance = r.id & ADDED_CONSTANT ? (r.off < 0 ? `${r.off}` : `+${r.off}`) : ""
    parts.push(`id=${r.id & ~ADDED_CONSTANT}${distance}`)
  }
  if (r.refId) parts.push(`ref_obj_id=${r.refId}`)
  if (type & FLAG.NON_OWNING) parts.push("non_own_ref")
  if ((base === TYPE.CONST_MAP || base === TYPE.MAP_VALUE || base === TYPE.MAP_KEY) && r.map) {
    if (r.map.name !== "") parts.push(`map=${r.map.name}`)
    parts.push(`ks=${r.map.keySize}`, `vs=${r.map.valueSize}`)
  }
  if (base !== TYPE.SCALAR && r.off) parts.push(`off=${signedText(BigInt(r.off))}`)
  if (isPacketPointer(type)) parts.push(`r=${unsignedText(BigInt.asUintN(64, BigInt(r.range)))}`)
  if (base === TYPE.MEM) parts.push(`sz=${unsignedText(BigInt(r.range))}`)
  if (base === TYPE.CONST_DYNPTR) parts.push(`type=${r.dynptr?.kind ?? ""}`)
  if (isKnown(scalar)) {
    if (scalar.bits.value) parts.push(`imm=${signedText(signed(scalar.bits.value))}`)
    return parts
  }
  parts.push(...ranges(scalar))
  if (scalar.bits.mask !== U64_MAX) parts.push(`var_off=${formatTnum(scalar.bits)}`)
  return parts
}

/** Ranges that say something; equal ends of one direction share a number. */
function ranges(s: Scalar): string[] {
  const rows: [name: string, value: bigint, omitted: boolean][] = [
    ["smin", s.smin, s.smin === -(1n << 63n)],
    ["smax", s.smax, s.smax === (1n << 63n) - 1n],
    ["umin", s.umin, s.umin === 0n],
    ["umax", s.umax, s.umax === U64_MAX],
    ["smin32", word(s.s32min), s.s32min === -0x8000_0000],
    ["smax32", word(s.s32max), s.s32max === 0x7fff_ffff],
    ["umin32", BigInt(s.u32min), s.u32min === 0],
    ["umax32", BigInt(s.u32max), s.u32max === 0xffff_ffff],
  ]
  const parts: string[] = []
  rows.forEach((row, index) => {
    const [name, value, omitted] = row
    if (omitted) return
    let text = `${name}=`
    for (let other = index + 2; other < rows.length; other += 2) {
      const same = rows[other]!
      // A negative number and the unsigned one of the same bits are equal to the kernel's eyes, but not mixed.
      if (same[2] || same[1] !== value) continue
      same[2] = true
      text += `${same[0]}=`
    }
    parts.push(text + (name.startsWith("s") ? signedText(value) : unsignedText(value)))
  })
  return parts
}

/** Signed numbers of 32 bits: small ones with their sign, others as words. */
function word(value: number): bigint {
  return BigInt(value >= -32768 && value <= 32767 ? value : value >>> 0)
}
