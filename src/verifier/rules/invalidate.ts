import { UNKNOWN } from "../domain/index.ts"
import { ERRNO, Rejection } from "../reject.ts"
import { forEachRegister } from "../state/for-each-register.ts"
import { type Register, setNotInit, setScalar } from "../state/register.ts"
import { FLAG, isAnyPacketPointer } from "../state/register-type.ts"
import type { Walk } from "../walk/walk.ts"

/** A pointer that may not be used any more: an unknown number, or nothing for those who may not see addresses. */
export function invalidate(walk: Walk, register: Register): void {
  if (walk.privileged) setScalar(register, UNKNOWN)
  else setNotInit(register)
}

/** The packet may have moved. */
export function forgetPacketPointers(walk: Walk): void {
  forEachRegister(walk.state, register => {
    if (isAnyPacketPointer(register.type) || register.type & (FLAG.DYNPTR_SKB | FLAG.DYNPTR_XDP))
      invalidate(walk, register)
  })
}

/** Gives a reference back: every pointer to the object ends with it. Throws when it is not held. */
export function releaseReference(walk: Walk, id: number): void {
  const { state } = walk
  if (!state.references.some(each => each.id === id)) throw new Rejection(ERRNO.EINVAL, "", "release")
  state.references = state.references.filter(each => each.id !== id)
  forEachRegister(state, register => {
    if (register.refId === id) invalidate(walk, register)
  })
}

/** Notes a reference that this instruction acquires. */
export function acquireReference(walk: Walk): number {
  const { state } = walk
  const id = ++walk.lastId
  state.references.push({ id, at: walk.at, frame: state.frames.length - 1 })
  return id
}
