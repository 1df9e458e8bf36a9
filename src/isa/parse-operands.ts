import { REGISTER_COUNT } from "./opcodes.ts"
import type { Operand } from "./operation.ts"
import type { TextCursor } from "./text-cursor.ts"

/** Where a jump, call or function load goes: a distance from the next slot, or a label. */
export type Target =
  | { readonly kind: "distance"; readonly slots: number }
  | { readonly kind: "label"; readonly name: string; readonly position: number }

const IDENTIFIER = /[A-Za-z_.$][\w.$]*/y
/** An optional sign and the digits. */
export const NUMBER = /([+-]?)\s*(0[xX][0-9a-fA-F]+|\d+)(?![\w.])/y
const REGISTER = /([rw])(\d+)(?!\w)/y

export function parseTarget(cursor: TextCursor): Target {
  const distance = cursor.match(/pc\s*([+-]\s*(?:0[xX][0-9a-fA-F]+|\d+))(?!\w)/y)
  if (distance !== undefined) return { kind: "distance", slots: toNumber(distance[1]!.replace(/\s/g, "")) }
  cursor.skipBlanks()
  const { position } = cursor
  const label = cursor.match(IDENTIFIER)
  if (label === undefined) cursor.fail("a jump target (pc+3, pc-1 or a label)")
  return { kind: "label", name: label[0], position }
}

export function toNumber(text: string): number {
  return text.startsWith("-") ? 0 - Number(text.slice(1)) : Number(text.replace("+", ""))
}

/** A register of the given width, or of any when there is none. Gives its number. */
export function parseRegister(cursor: TextCursor, width: 32 | 64): number {
  cursor.skipBlanks()
  const { position } = cursor
  const letter = width === 64 ? "r" : "w"
  const register = tryRegister(cursor)
  if (register === undefined || register.width !== width) {
    cursor.fail(`a register (${letter}0 … ${letter}10)`, position)
  }
  return register.number
}

export function tryRegister(
  cursor: TextCursor,
): { readonly width: 32 | 64; readonly number: number } | undefined {
  cursor.skipBlanks()
  const { position } = cursor
  const match = cursor.match(REGISTER)
  if (match === undefined) return undefined
  const number = Number(match[2])
  if (number >= REGISTER_COUNT) cursor.fail("a register (r0 … r10, w0 … w10)", position)
  return { width: match[1] === "r" ? 64 : 32, number }
}

/** A number that fits 32 bits. Hexadecimal may use all 32 (0xffffffff is -1) where `wraps` allows it. */
export function parseImmediate(cursor: TextCursor, wraps: boolean): number {
  cursor.skipBlanks()
  const { position } = cursor
  const match = cursor.match(NUMBER)
  if (match === undefined) cursor.fail("a number", position)
  const value = toNumber(match[1]! + match[2]!)
  const most = wraps ? 0xffff_ffff : 0x7fff_ffff
  if (value < -0x8000_0000 || value > most)
    cursor.fail(`a constant of 32 bits (-2147483648 … ${most})`, position)
  return value | 0
}

export function parseOperand(cursor: TextCursor, width: 32 | 64, wraps: boolean): Operand {
  if (cursor.match(/(?=[rw]\d)/y)) return { kind: "register", register: parseRegister(cursor, width) }
  return { kind: "immediate", value: parseImmediate(cursor, wraps) }
}
