import { bitsWithin, rangesWithin, sameScalar } from "../domain/index.ts"
import type { Walk } from "../walk/walk.ts"
import type { Frame } from "./frame.ts"
import { type IdMap, idsMatch, resetIdMap, scalarIdsMatch } from "./id-map.ts"
import { ADDED_CONSTANT, LIVE, type Register } from "./register.ts"
import { baseType, TYPE } from "./register-type.ts"
import { stacksMatch } from "./stack-equal.ts"
import type { State } from "./state.ts"

/**
 * How alike states must be. "covers": whatever the current state may do, the old one was seen doing. "within": the
 * same, without leaving out what was not read or not precise, as the old state is not finished. "exact": the same
 * in everything, which means a loop that never ends.
 */
export type Likeness = "covers" | "within" | "exact"

/** Whether walking on from `current` could show nothing that walking on from `old` did not. */
export function statesMatch(walk: Walk, old: State, current: State, likeness: Likeness): boolean {
  if (old.frames.length !== current.frames.length) return false
  // What is safe ahead of time may not be in an execution.
  if (old.speculative && !current.speculative) return false
  const ids = walk.idMap
  resetIdMap(ids, walk.lastId)
  if (old.lock?.owner !== current.lock?.owner) return false
  if (!idsMatch(ids, old.lock?.id ?? 0, current.lock?.id ?? 0)) return false
  if (old.rcuLocked !== current.rcuLocked || old.preemptDisabled !== current.preemptDisabled) return false
  if (old.sleepable !== current.sleepable) return false
  for (let index = 0; index < old.frames.length; index++) {
    const a = old.frames[index]!
    const b = current.frames[index]!
    if (a.callSite !== b.callSite) return false
    if (!framesMatch(a, b, ids, likeness, walk.privileges.perfmon)) return false
  }
  return true
}

function framesMatch(old: Frame, current: Frame, ids: IdMap, likeness: Likeness, anyBytes: boolean): boolean {
  if (old.callbackDepth > current.callbackDepth) return false
  for (let index = 0; index < 11; index++)
    if (!registersMatch(old.registers[index]!, current.registers[index]!, ids, likeness)) return false
  return stacksMatch(old, current, ids, likeness, anyBytes) && referencesMatch(old, current, ids)
}

function referencesMatch(old: Frame, current: Frame, ids: IdMap): boolean {
  if (old.references.length !== current.references.length) return false
  return old.references.every((reference, index) =>
    idsMatch(ids, reference.id, current.references[index]!.id),
  )
}

export function registersMatch(old: Register, current: Register, ids: IdMap, likeness: Likeness): boolean {
  if (likeness === "exact") return isExact(old, current, ids)
  if (likeness === "covers") {
    if (!(old.live & LIVE.READ)) return true
    if (old.type === TYPE.NOT_INIT) return true
  } else if (old.type === TYPE.NOT_INIT && current.type === TYPE.NOT_INIT) return true
  if (old.type !== current.type) return false
  switch (baseType(old.type)) {
    case TYPE.SCALAR:
      if (ids.everyNumber) return isSameNumber(old, current) && scalarIdsMatch(ids, old.id, current.id)
      if (!old.precise && !ids.allPrecise && likeness === "covers") return true
      if (old.id !== 0 && (old.id & ADDED_CONSTANT) !== (current.id & ADDED_CONSTANT)) return false
      if (old.id & ADDED_CONSTANT && old.off !== current.off) return false
      return covers(old, current) && scalarIdsMatch(ids, old.id, current.id)
    case TYPE.MAP_KEY:
    case TYPE.MAP_VALUE:
    case TYPE.MEM:
    case TYPE.BUF:
    case TYPE.TP_BUFFER:
      return (
        samePointee(old, current) &&
        covers(old, current) &&
        idsMatch(ids, old.id, current.id) &&
        idsMatch(ids, old.refId, current.refId)
      )
    case TYPE.PACKET_META:
    case TYPE.PACKET:
      if (!reachesAsFar(old, current) || old.off !== current.off) return false
      return idsMatch(ids, old.id, current.id) && covers(old, current)
    case TYPE.STACK:
      return isExact(old, current, ids) && old.frame === current.frame
    case TYPE.ARENA:
      return true
    default:
      return isExact(old, current, ids)
  }
}

/** Below 0 stands where the pointer lies past the packet's end, which is no measure. */
function reachesAsFar(old: Register, current: Register): boolean {
  if (old.range < 0 || current.range < 0) return old.range === current.range
  return old.range <= current.range
}

export function covers(old: Register, current: Register): boolean {
  const a = old.scalar
  const b = current.scalar
  return a === b || (rangesWithin(a, b) && bitsWithin(a, b))
}

function isSameNumber(a: Register, b: Register): boolean {
  return a.off === b.off && sameScalar(a.scalar, b.scalar)
}

export function samePointee(a: Register, b: Register): boolean {
  return (
    a.type === b.type &&
    a.off === b.off &&
    a.range === b.range &&
    a.map === b.map &&
    (a.pointee === b.pointee || samePlace(a, b))
  )
}

function samePlace(a: Register, b: Register): boolean {
  return (
    a.mapUid === b.mapUid &&
    a.btf === b.btf &&
    a.btfId === b.btfId &&
    a.subprogram === b.subprogram &&
    a.dynptrId === b.dynptrId &&
    a.dynptr?.kind === b.dynptr?.kind &&
    a.dynptr?.first === b.dynptr?.first
  )
}

function isExact(old: Register, current: Register, ids: IdMap): boolean {
  return (
    samePointee(old, current) &&
    sameScalar(old.scalar, current.scalar) &&
    idsMatch(ids, old.id, current.id) &&
    idsMatch(ids, old.refId, current.refId)
  )
}
