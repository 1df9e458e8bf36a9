import { UNKNOWN } from "../domain/index.ts"
import { ERRNO, Rejection } from "../reject.ts"
import { forEachRegister } from "../state/for-each-register.ts"
import type { Frame } from "../state/frame.ts"
import { type Register, setNotInit, setScalar } from "../state/register.ts"
import { FLAG, isAnyPacketPointer } from "../state/register-type.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"

/** A pointer that may not be used any more: an unknown number, or nothing for those who may not see addresses. */
export function invalidate(walk: Walk, register: Register): void {
  if (walk.privileges.perfmon) setScalar(register, UNKNOWN)
  else setNotInit(register)
}

/** The packet may have moved. */
export function forgetPacketPointers(walk: Walk): void {
  forEachRegister(walk.state, register => {
    if (isAnyPacketPointer(register.type) || register.type & (FLAG.DYNPTR_SKB | FLAG.DYNPTR_XDP))
      invalidate(walk, register)
  })
}

/**
 * Strikes a reference off what the current function holds; false when it is not held. A callback cannot give back
 * what its caller acquired.
 */
export function dropReference(frame: Frame, id: number): boolean {
  const { references } = frame
  const index = references.findIndex(each => each.id === id)
  if (index < 0) return false
  if (frame.inCallback && references[index]!.callback !== frame.number) return false
  // The last one takes its place, as in the kernel: logs show the order.
  const last = references.pop()!
  if (index < references.length) references[index] = last
  return true
}

/** Gives a reference back: every pointer to the object ends with it. Throws when it is not held. */
export function releaseReference(walk: Walk, id: number): void {
  const { state } = walk
  if (!dropReference(currentFrame(state), id)) throw new Rejection(ERRNO.EINVAL, "", "release")
  forEachRegister(state, register => {
    if (register.refId === id) invalidate(walk, register)
  })
}

/** Notes a reference that this instruction acquires. */
export function acquireReference(walk: Walk): number {
  const frame = currentFrame(walk.state)
  const id = ++walk.lastId
  frame.references.push({ id, at: walk.at, callback: frame.inCallback ? frame.number : 0 })
  return id
}
