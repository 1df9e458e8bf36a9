import { BtfError } from "../base/index.ts"
import { INT_BOOL, INT_CHAR, INT_SIGNED, KIND, KIND_FLAG, VLEN_MASK } from "./kinds.ts"
import type { BtfLinkage, BtfMember, BtfType } from "./types.ts"

const LINKAGE: Readonly<Record<BtfLinkage, number>> = { static: 0, global: 1, extern: 2 }
const ENCODING = { "": 0, signed: INT_SIGNED, char: INT_CHAR, bool: INT_BOOL } as const

/**
 * Appends the words of a type; `string` gives the offset of a name. Throws BtfError for what the format cannot
 * hold: over 65,535 members, bitfields past 2 MiB, enumerators of more than their 32 or 64 bits.
 */
export function encodeType(type: BtfType, words: number[], string: (text: string) => number): void {
  const head = (vlen: number, flag: boolean, last: number): void => {
    if (vlen > VLEN_MASK) throw new BtfError(`${describe(type)}: ${vlen} entries, at most ${VLEN_MASK} fit`)
    words.push(string(type.name), ((flag ? KIND_FLAG : 0) | (KIND[type.kind] << 24) | vlen) >>> 0, last)
  }
  switch (type.kind) {
    case "int":
      head(0, false, type.size)
      words.push((ENCODING[type.encoding] << 24) | (type.bitOffset << 16) | type.bits)
      break
    case "ptr":
    case "typedef":
    case "const":
    case "volatile":
    case "restrict":
      head(0, false, type.type)
      break
    case "type_tag":
      head(0, type.attribute === true, type.type)
      break
    case "array":
      head(0, false, 0)
      words.push(type.element, type.index, type.length)
      break
    case "struct":
    case "union": {
      const flag = type.members.some(member => member.bitSize !== 0)
      head(type.members.length, flag, type.size)
      for (const member of type.members)
        words.push(string(member.name), member.type, flag ? packBits(type, member) : member.bitOffset)
      break
    }
    case "enum":
      head(type.values.length, type.signed, type.size)
      for (const entry of type.values)
        words.push(string(entry.name), Number(asBits(type, entry.name, entry.value, 32)))
      break
    case "enum64":
      head(type.values.length, type.signed, type.size)
      for (const entry of type.values) {
        const value = asBits(type, entry.name, entry.value, 64)
        words.push(string(entry.name), Number(value & 0xffffffffn), Number(value >> 32n))
      }
      break
    case "fwd":
      head(0, type.aggregate === "union", 0)
      break
    case "func":
      head(LINKAGE[type.linkage], false, type.type)
      break
    case "func_proto":
      head(type.params.length, false, type.returns)
      for (const param of type.params) words.push(string(param.name), param.type)
      break
    case "var":
      head(0, false, type.type)
      words.push(LINKAGE[type.linkage])
      break
    case "datasec":
      head(type.variables.length, false, type.size)
      for (const variable of type.variables) words.push(variable.type, variable.offset, variable.size)
      break
    case "float":
      head(0, false, type.size)
      break
    case "decl_tag":
      head(0, type.attribute === true, type.type)
      words.push(type.component >>> 0)
      break
    default:
      throw new Error(`BUG: no encoding of ${(type satisfies never as BtfType).kind}`)
  }
}

function packBits(type: BtfType, member: BtfMember): number {
  if (member.bitOffset > 0xffffff || member.bitSize > 0xff)
    throw new BtfError(
      `${describe(type)}: member ${member.name} at bit ${member.bitOffset}, ${member.bitSize} bits wide, exceeds ` +
        "what a struct with bitfields can hold (bit 16777215, 255 bits)",
    )
  return ((member.bitSize << 24) | member.bitOffset) >>> 0
}

/** The enumerator as unsigned bits; both the signed and the unsigned reading must survive. */
function asBits(
  type: { kind: string; name: string; signed: boolean },
  name: string,
  value: bigint,
  bits: number,
): bigint {
  const back = type.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  if (back !== value)
    throw new BtfError(
      `${type.kind} ${type.name || "(anonymous)"}: ${name} = ${value} does not fit ${type.signed ? "signed" : "unsigned"} ${bits} bits`,
    )
  return BigInt.asUintN(bits, value)
}

function describe(type: BtfType): string {
  return `${type.kind} ${type.name || "(anonymous)"}`
}
