import { ERRNO, reject } from "../../reject.ts"
import { forEachRegister } from "../../state/for-each-register.ts"
import type { Frame } from "../../state/frame.ts"
import { LIVE, setNotInit, setPointer } from "../../state/register.ts"
import { FLAG, TYPE } from "../../state/register-type.ts"
import type { DynptrKind } from "../../state/slots.ts"
import { BYTE, byteKind, fillKinds } from "../../state/stack-slot.ts"
import { nextId, touchSlot, type Walk } from "../../walk/walk.ts"
import { acquireReference, invalidate, releaseReference } from "../invalidate.ts"

/** Makes a dynptr of slots `slot` and `slot - 1`. A clone shares the reference of what it was made from. */
export function createDynptr(
  walk: Walk,
  frame: Frame,
  slot: number,
  kind: DynptrKind,
  cloneRefId: number,
): void {
  // They may be halves of two dynptrs, which both end then.
  destroyDynptrAt(walk, frame, slot)
  destroyDynptrAt(walk, frame, slot - 1)
  const id = nextId(walk)
  const halves = [frame.stack[slot]!, frame.stack[slot - 1]!]
  halves.forEach((half, index) => {
    fillKinds(half, BYTE.DYNPTR)
    setPointer(half.register, TYPE.CONST_DYNPTR)
    half.register.id = id
    half.register.dynptr = { kind, first: index === 0 }
  })
  if (kind === "ringbuf") {
    const refId = cloneRefId || acquireReference(walk)
    for (const { register } of halves) register.refId = refId
  }
  for (const { register } of halves) register.live |= LIVE.WRITTEN
}

/** Writing over a dynptr ends it, and the slices of it; one that holds a reference may not be written over. */
export function destroyDynptrAt(walk: Walk, frame: Frame, index: number): void {
  const slot = frame.stack[index]
  if (!walk.rules.dynptrGuards || !slot || byteKind(slot, 0) !== BYTE.DYNPTR) return
  const first = slot.register.dynptr?.first ? index : index + 1
  const { register } = frame.stack[first]!
  if (register.dynptr?.kind === "ringbuf")
    reject(walk, ERRNO.EINVAL, "cannot overwrite referenced dynptr", "dynptr")
  touchSlot(walk, first)
  touchSlot(walk, first - 1)
  const { id } = register
  empty(frame, first)
  forEachRegister(walk.state, each => {
    if ((each.type & ~FLAG.MAYBE_NULL) === TYPE.MEM && each.dynptrId === id) invalidate(walk, each)
  })
}

/** A helper gives back what a dynptr stands for: its slices and clones end with it. */
export function releaseDynptr(walk: Walk, frame: Frame, slot: number): void {
  const { register } = frame.stack[slot]!
  if (register.dynptr?.kind !== "ringbuf") {
    empty(frame, slot)
    return
  }
  const { refId } = register
  releaseReference(walk, refId)
  for (let index = 1; index < frame.stack.length; index++) {
    const each = frame.stack[index]!.register
    if (each.refId === refId && each.dynptr?.first) empty(frame, index)
  }
}

function empty(frame: Frame, slot: number): void {
  for (const each of [frame.stack[slot]!, frame.stack[slot - 1]!]) {
    each.kinds = 0
    setNotInit(each.register)
    each.register.live |= LIVE.WRITTEN
  }
}
