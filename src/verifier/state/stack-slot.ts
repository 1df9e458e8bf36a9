import { isNull } from "../domain/index.ts"
import { cloneRegister, newRegister, type Register } from "./register.ts"
import { TYPE } from "./register-type.ts"

/** What one byte of the stack holds. */
export const BYTE = { INVALID: 0, SPILL: 1, MISC: 2, ZERO: 3, DYNPTR: 4, ITERATOR: 5 } as const

/** As logs print them. */
export const BYTE_LETTERS = "?rm0di"

/** Eight bytes of stack: four bits of kind for each byte, from the highest address down, and a spilled register. */
export interface StackSlot {
  kinds: number
  register: Register
}

export function newSlot(): StackSlot {
  return { kinds: 0, register: newRegister() }
}

export function cloneSlot(slot: StackSlot): StackSlot {
  return { kinds: slot.kinds, register: cloneRegister(slot.register) }
}

/** The kind of byte 0 … 7, counted from the highest address down, as the kernel counts. */
export function byteKind(slot: StackSlot, index: number): number {
  return (slot.kinds >>> (index * 4)) & 0xf
}

export function setByteKind(slot: StackSlot, index: number, kind: number): void {
  slot.kinds = (slot.kinds & ~(0xf << (index * 4))) | (kind << (index * 4))
}

export function fillKinds(slot: StackSlot, kind: number): void {
  slot.kinds = Math.imul(kind, 0x1111_1111)
}

export function everyKind(slot: StackSlot, kind: number): boolean {
  return slot.kinds === (Math.imul(kind, 0x1111_1111) | 0)
}

/** Whether a register was spilled here, whole or in part. */
export function isSpill(slot: StackSlot): boolean {
  return byteKind(slot, 7) === BYTE.SPILL
}

export function isScalarSpill(slot: StackSlot): boolean {
  return isSpill(slot) && slot.register.type === TYPE.SCALAR
}

/** A number of all 64 bits. */
export function isWholeScalarSpill(slot: StackSlot): boolean {
  return byteKind(slot, 0) === BYTE.SPILL && slot.register.type === TYPE.SCALAR
}

/** A slot that held something is written over: what was written of a byte is a number without meaning. */
export function scrub(slot: StackSlot, index: number): void {
  if (byteKind(slot, index) !== BYTE.INVALID) setByteKind(slot, index, BYTE.MISC)
}

export function isKnownZero(register: Register): boolean {
  return register.type === TYPE.SCALAR && isNull(register.scalar)
}
