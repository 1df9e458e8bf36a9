import { sameScalar } from "../domain/index.ts"
import type { Walk } from "../walk/walk.ts"
import { covers, samePointee } from "./equal.ts"
import type { Frame } from "./frame.ts"
import { type IdMap, idsMatch, resetIdMap } from "./id-map.ts"
import { LIVE, type Register } from "./register.ts"
import { baseType, mayBeNull, TYPE } from "./register-type.ts"
import { BYTE, byteKind, isSpill, type StackSlot } from "./stack-slot.ts"
import type { State } from "./state.ts"

/**
 * How states were compared before 6.5: numbers without their ids, most pointers to the bit. Whatever was not read
 * does not count, for loops neither: the same rule tells that a loop never ends.
 */
export function statesMatchEarly(walk: Walk, old: State, current: State): boolean {
  if (old.frames.length !== current.frames.length) return false
  if (old.speculative && !current.speculative) return false
  if (old.lock?.owner !== current.lock?.owner || old.lock?.id !== current.lock?.id) return false
  for (let index = 0; index < old.frames.length; index++) {
    const a = old.frames[index]!
    const b = current.frames[index]!
    if (a.callSite !== b.callSite) return false
    resetIdMap(walk.idMap, walk.lastId)
    if (!framesMatch(a, b, walk.idMap, walk.privileges.perfmon)) return false
  }
  return true
}

function framesMatch(old: Frame, current: Frame, ids: IdMap, anyBytes: boolean): boolean {
  for (let index = 0; index < 11; index++)
    if (!registersMatch(old.registers[index]!, current.registers[index]!, ids)) return false
  for (let index = 0; index < old.stack.length; index++)
    if (!slotsMatch(old.stack[index]!, current.stack[index], ids, anyBytes)) return false
  return (
    old.references.length === current.references.length &&
    old.references.every((each, index) => {
      const other = current.references[index]!
      return each.id === other.id && each.at === other.at && each.callback === other.callback
    })
  )
}

/** Everything that is known of a register, ids included. */
export function isIdentical(old: Register, current: Register): boolean {
  return (
    samePointee(old, current) &&
    old.id === current.id &&
    old.refId === current.refId &&
    sameScalar(old.scalar, current.scalar)
  )
}

function registersMatch(old: Register, current: Register, ids: IdMap): boolean {
  if (!(old.live & LIVE.READ)) return true
  if (old.type === TYPE.STACK) return isIdentical(old, current) && old.frame === current.frame
  if (isIdentical(old, current) || old.type === TYPE.NOT_INIT) return true
  if (current.type === TYPE.NOT_INIT) return false
  switch (baseType(old.type)) {
    case TYPE.SCALAR:
      if (ids.everyNumber) return false
      return current.type === TYPE.SCALAR && ((!old.precise && !ids.allPrecise) || covers(old, current))
    case TYPE.MAP_KEY:
    case TYPE.MAP_VALUE:
      if (!samePointee(old, current)) return false
      return mayBeNull(old.type) ? idsMatch(ids, old.id, current.id) : covers(old, current)
    case TYPE.PACKET_META:
    case TYPE.PACKET:
      if (current.type !== old.type || old.off !== current.off) return false
      if (old.range < 0 || current.range < 0) {
        if (old.range !== current.range) return false
      } else if (old.range > current.range) return false
      if (old.id !== 0 && !idsMatch(ids, old.id, current.id)) return false
      return covers(old, current)
    default:
      return false
  }
}

function slotsMatch(old: StackSlot, current: StackSlot | undefined, ids: IdMap, anyBytes: boolean): boolean {
  if (!(old.register.live & LIVE.READ)) return true
  for (let byte = 0; byte < 8; byte++) {
    const kind = byteKind(old, byte)
    if (kind === BYTE.INVALID || (kind === BYTE.MISC && anyBytes)) continue
    if (current === undefined) return false
    const now = byteKind(current, byte)
    if (kind === BYTE.MISC && now === BYTE.ZERO) continue
    if (kind !== now) return false
    if (byte === 7 && isSpill(old)) return registersMatch(old.register, current.register, ids)
  }
  return true
}
