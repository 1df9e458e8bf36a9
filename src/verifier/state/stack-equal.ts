import { UNKNOWN } from "../domain/index.ts"
import { type Likeness, registersMatch } from "./equal.ts"
import type { Frame } from "./frame.ts"
import { type IdMap, idsMatch } from "./id-map.ts"
import { LIVE, newRegister, type Register, setScalar } from "./register.ts"
import { BYTE, byteKind, isWholeScalarSpill, type StackSlot } from "./stack-slot.ts"

/** What loading a slot of bytes without meaning gives. */
const ANYTHING = newRegister()
setScalar(ANYTHING, UNKNOWN)
ANYTHING.live = LIVE.READ

/**
 * Byte by byte, as a slot may hold several things; what the old state never read does not matter. With `anyBytes` the program
 * may read bytes that were never written: those are as good as any.
 */
export function stacksMatch(
  old: Frame,
  current: Frame,
  ids: IdMap,
  likeness: Likeness,
  anyBytes: boolean,
): boolean {
  for (let index = 0; index < old.stack.length; index++)
    if (!slotsMatch(old.stack[index]!, current.stack[index], ids, likeness, anyBytes)) return false
  return true
}

function slotsMatch(
  old: StackSlot,
  current: StackSlot | undefined,
  ids: IdMap,
  likeness: Likeness,
  anyBytes: boolean,
): boolean {
  if (likeness !== "covers" && (current === undefined || old.kinds !== current.kinds)) return false
  if (likeness === "covers" && !(old.register.live & LIVE.READ)) return true
  for (let byte = 0; byte < 8; byte++) {
    const kind = byteKind(old, byte)
    if (kind === BYTE.INVALID || (kind === BYTE.MISC && anyBytes)) continue
    if (current === undefined) return false
    const oldNumber = numberIn(old, anyBytes)
    const currentNumber = numberIn(current, anyBytes)
    if (oldNumber && currentNumber) return registersMatch(oldNumber, currentNumber, ids, likeness)
    const now = byteKind(current, byte)
    if (kind === BYTE.MISC && now === BYTE.ZERO) continue
    if (kind !== now) return false
    if (byte === 7) return contentsMatch(kind, old.register, current.register, ids, likeness)
  }
  return true
}

function numberIn(slot: StackSlot, anyBytes: boolean): Register | undefined {
  if (isWholeScalarSpill(slot)) return slot.register
  for (let byte = 0; byte < 8; byte++) {
    const kind = byteKind(slot, byte)
    if (kind !== BYTE.MISC && !(kind === BYTE.INVALID && anyBytes)) return undefined
  }
  return ANYTHING
}

function contentsMatch(kind: number, a: Register, b: Register, ids: IdMap, likeness: Likeness): boolean {
  switch (kind) {
    case BYTE.SPILL:
      return registersMatch(a, b, ids, likeness)
    case BYTE.DYNPTR:
      return (
        a.dynptr?.kind === b.dynptr?.kind &&
        a.dynptr?.first === b.dynptr?.first &&
        idsMatch(ids, a.refId, b.refId)
      )
    case BYTE.ITERATOR:
      return (
        a.type === b.type &&
        a.iterator?.btfId === b.iterator?.btfId &&
        a.iterator?.state === b.iterator?.state &&
        idsMatch(ids, a.refId, b.refId)
      )
    default:
      return true
  }
}
