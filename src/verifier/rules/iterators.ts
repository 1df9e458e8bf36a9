import type { TypeId } from "../../btf/index.ts"
import { isKnown, ZERO } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Frame } from "../state/frame.ts"
import { markRead } from "../state/liveness.ts"
import { LIVE, type Register, setNotInit, setPointer, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import type { IteratorSlot } from "../state/slots.ts"
import { BYTE, byteKind, everyKind, fillKinds } from "../state/stack-slot.ts"
import { currentFrame, type State } from "../state/state.ts"
import { widenImprecise } from "../state/widen.ts"
import { pushBranch } from "../walk/branches.ts"
import { touchSlot, type Walk } from "../walk/walk.ts"
import { acquireReference, releaseReference } from "./invalidate.ts"
import type { Kfunc } from "./kfuncs/kfunc.ts"
import { previousEntry } from "./may-goto.ts"
import { checkAccess } from "./memory.ts"
import { markNotNull } from "./nullness.ts"

/** Where an iterator lies: its first slot is the one with the highest number. */
export interface IteratorPlace {
  readonly frame: number
  readonly slot: number
  readonly slots: number
}

/** The iterator that a kfunc makes, uses or ends: a struct on the stack that programs may not touch themselves. */
export function checkIteratorArgument(
  walk: Walk,
  kfunc: Kfunc,
  index: number,
  target: TypeId,
  register: Register,
): IteratorPlace {
  const struct = kfunc.btf.typeOf(target, "struct")
  const name = (struct?.name ?? "").replace(/^bpf_iter_/, "")
  const slots = (struct?.size ?? 8) / 8
  const number = index + 1
  if (register.type !== TYPE.STACK)
    reject(walk, ERRNO.EINVAL, `arg#${index} expected pointer to an iterator on stack`, "iterator")
  const frame = walk.state.frames[register.frame]!
  const place = { frame: register.frame, slot: firstSlot(walk, register, slots), slots }
  if (kfunc.has("iterNew")) {
    for (let each = place.slot; each > place.slot - slots; each--)
      if (frame.stack[each] && byteKind(frame.stack[each]!, 0) === BYTE.ITERATOR)
        reject(walk, ERRNO.EINVAL, `expected uninitialized iter_${name} as arg #${index}`, "iterator")
    for (let offset = 0; offset < slots * 8; offset += 8)
      checkAccess(walk, { kind: "write", base: number, offset, size: 8, value: undefined, signed: false })
    const slot: IteratorSlot = { btf: kfunc.btf, btfId: target, name, state: "active", depth: 0 }
    create(walk, frame, place, slot)
    return place
  }
  if (!isIterator(frame, place, target))
    reject(walk, ERRNO.EINVAL, `expected an initialized iter_${name} as arg #${index}`, "iterator")
  for (let each = place.slot; each > place.slot - slots; each--) {
    const { register: slot } = frame.stack[each]!
    markRead(walk, slot, slot.parent, LIVE.READ64)
    touchSlot(walk, each)
  }
  if (kfunc.has("iterDestroy")) destroy(walk, frame, place)
  return place
}

function firstSlot(walk: Walk, register: Register, slots: number): number {
  if (!isKnown(register.scalar)) reject(walk, ERRNO.EINVAL, "iter has to be at a constant offset", "iterator")
  const offset = register.off + register.scalar.nearValue
  const slot = (-offset - 1) >> 3
  if (offset % 8 !== 0 || slot + 1 < slots)
    reject(walk, ERRNO.EINVAL, `cannot pass in iter at an offset=${offset}`, "iterator")
  return slot
}

function create(walk: Walk, frame: Frame, { slot, slots }: IteratorPlace, iterator: IteratorSlot): void {
  const id = acquireReference(walk)
  for (let each = slot; each > slot - slots; each--) {
    const place = frame.stack[each]!
    setPointer(place.register, TYPE.STACK)
    place.register.live |= LIVE.WRITTEN
    place.register.refId = each === slot ? id : 0
    place.register.iterator = iterator
    fillKinds(place, BYTE.ITERATOR)
    touchSlot(walk, each)
  }
}

function isIterator(frame: Frame, { slot, slots }: IteratorPlace, btfId: number): boolean {
  for (let each = slot; each > slot - slots; each--) {
    const place = frame.stack[each]
    if (!place || !everyKind(place, BYTE.ITERATOR)) return false
    if (place.register.iterator?.btfId !== btfId) return false
    if ((place.register.refId !== 0) !== (each === slot)) return false
  }
  return true
}

function destroy(walk: Walk, frame: Frame, { slot, slots }: IteratorPlace): void {
  const { refId } = frame.stack[slot]!.register
  for (let each = slot; each > slot - slots; each--) {
    const place = frame.stack[each]!
    setNotInit(place.register)
    place.register.live |= LIVE.WRITTEN
    place.kinds = 0
    touchSlot(walk, each)
  }
  releaseReference(walk, refId)
}

/**
 * After a step an iterator has an element or none. The way with an element is put aside and walked later; the
 * path goes on as if there were none.
 */
export function walkIteratorNext(walk: Walk, place: IteratorPlace): void {
  const { state } = walk
  const { iterator } = state.frames[place.frame]!.stack[place.slot]!.register
  if (iterator?.state === "active") {
    const before = state.parent && previousEntry(walk, walk.at, state.parent)
    const queued = pushBranch(walk, walk.at + 1, walk.at)
    change(queued, place, { ...iterator, depth: iterator.depth + 1 })
    if (before) widenImprecise(walk, before, queued)
    markNotNull(currentFrame(queued).registers[0]!)
  }
  if (iterator) change(state, place, { ...iterator, state: "drained" })
  setScalar(currentFrame(state).registers[0]!, ZERO, !walk.privileged)
}

function change(state: State, { frame, slot, slots }: IteratorPlace, iterator: IteratorSlot): void {
  const { stack } = state.frames[frame]!
  for (let each = slot; each > slot - slots; each--) {
    const { register } = stack[each]!
    if (each === slot) register.iterator = iterator
  }
}
