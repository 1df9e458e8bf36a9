import { forEachRegister } from "../../state/for-each-register.ts"
import { type Register, setPointer } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { calledName } from "../callback-calls.ts"
import { invalidate } from "../invalidate.ts"
import { recordOf } from "../records.ts"
import { isTreeKfunc } from "./kfuncs.ts"
import type { GraphRoot } from "./root.ts"

/**
 * A reference that does not own: the object is in a list or tree, and stays valid as long as the lock is held.
 * Counted objects may also be read until the RCU section ends.
 */
export function setNonOwning(walk: Walk, register: Register): void {
  const counted = recordOf(walk, register).some(field => field.kind === "refcount")
  register.type |= FLAG.NON_OWNING | (counted ? FLAG.RCU : 0)
}

/** The object went into a list or tree: every pointer to it stays, but owns it no longer. */
export function giveUpOwnership(walk: Walk, refId: number): void {
  forEachRegister(walk.state, register => {
    if (register.refId !== refId) return
    register.refId = 0
    setNonOwning(walk, register)
  })
}

/** Without the lock others may free what does not belong to the program. */
export function endNonOwning(walk: Walk): void {
  forEachRegister(walk.state, register => {
    if (register.type & FLAG.NON_OWNING) invalidate(walk, register)
  })
}

/** A node of a list or tree: the object around it, at the offset of its node. */
export function setNode(register: Register, { btf, field }: GraphRoot): void {
  setPointer(register, TYPE.BTF_ID | FLAG.ALLOCATED)
  register.btf = btf
  register.btfId = field.contained
  register.off = field.nodeOffset
}

/** Whether the path is inside a comparison of nodes, which the kernel calls with the lock held. */
export function inTreeCallback(walk: Walk): boolean {
  return walk.state.frames.some(({ inCallback, callSite }) => {
    if (!inCallback) return false
    const called = calledName(walk, callSite)
    return called?.kind === "kfunc" && isTreeKfunc(called.name)
  })
}

export function holdsLockOf({ state }: Walk, register: Register): boolean {
  const owner = register.type === TYPE.MAP_VALUE ? register.map : register.btf
  return state.lock?.owner === owner && state.lock?.id === register.id
}
