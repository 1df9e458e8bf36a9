import type { TypeId } from "../../btf/index.ts"
import { ZERO } from "../domain/index.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Frame } from "../state/frame.ts"
import { markRead } from "../state/liveness.ts"
import { LIVE, type Register, setNotInit, setPointer, setScalar } from "../state/register.ts"
import { FLAG, TYPE } from "../state/register-type.ts"
import type { IteratorSlot } from "../state/slots.ts"
import { BYTE, byteKind, everyKind, fillKinds } from "../state/stack-slot.ts"
import { currentFrame, type State } from "../state/state.ts"
import { widenImprecise } from "../state/widen.ts"
import { pushBranch } from "../walk/branches.ts"
import { touchSlot, type Walk } from "../walk/walk.ts"
import { acquireReference, releaseReference } from "./invalidate.ts"
import type { KfuncCall } from "./kfuncs/kfunc.ts"
import { previousEntry } from "./may-goto.ts"
import { checkAccess } from "./memory.ts"
import { markNotNull } from "./nullness.ts"
import { stackObjectSlot } from "./stack-objects.ts"
import { inRcuSection, mayCallSleepable } from "./trust.ts"

/** Where an iterator lies: its first slot is the one with the highest number. */
export interface IteratorPlace {
  readonly frame: number
  readonly slot: number
  readonly slots: number
}

/** The iterator that a kfunc makes, uses or ends: a struct on the stack that programs may not touch themselves. */
export function checkIteratorArgument(
  walk: Walk,
  call: KfuncCall,
  index: number,
  target: TypeId,
  register: Register,
): IteratorPlace {
  const { kfunc } = call
  const struct = kfunc.btf.typeOf(target, "struct")
  const name = (struct?.name ?? "").replace(/^bpf_iter_/, "")
  const slots = (struct?.size ?? 8) / 8
  const number = index + 1
  const refuse = (message: string, errno: number = ERRNO.EINVAL): never =>
    reject(walk, errno, message, "iterator")
  if (kfunc.name === "bpf_iter_css_task_new" && !mayWalkCssTasks(walk))
    refuse("css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs")
  if (register.type !== TYPE.STACK) refuse(`arg#${index} expected pointer to an iterator on stack`)
  const frame = walk.state.frames[register.frame]!
  const slot = stackObjectSlot(walk, register, "iter", slots)
  if (kfunc.has("iterNew")) {
    if (slot === undefined || (typeof slot === "number" && hasIterator(frame, slot, slots)))
      refuse(`expected uninitialized iter_${name} as arg #${index}`)
    for (let offset = 0; offset < slots * 8; offset += 8)
      checkAccess(walk, { kind: "write", base: number, offset, size: 8, value: undefined, signed: false })
    const first = stackObjectSlot(walk, register, "iter", slots)
    if (typeof first !== "number") throw new Error("BUG: an iterator was written outside of the stack")
    const place = { frame: register.frame, slot: first, slots }
    const iterator: IteratorSlot = { btf: kfunc.btf, btfId: target, name, state: "active", depth: 0 }
    const flags = kfunc.has("rcuProtected") ? (inRcuSection(walk) ? FLAG.RCU : FLAG.UNTRUSTED) : 0
    create(walk, frame, place, iterator, flags)
    return place
  }
  const place = { frame: register.frame, slot: typeof slot === "number" ? slot : -1, slots }
  const answer = typeof slot === "number" ? stateOf(frame, place, target) : "other"
  if (answer === "untrusted") refuse(`expected an RCU CS when using ${kfunc.name}`, EPROTO)
  if (answer === "other") refuse(`expected an initialized iter_${name} as arg #${index}`)
  for (let each = place.slot; each > place.slot - slots; each--) {
    const { register: slot } = frame.stack[each]!
    markRead(walk, slot, slot.parent, LIVE.READ64)
    touchSlot(walk, each)
  }
  call.refId = frame.stack[place.slot]!.register.refId
  if (kfunc.has("iterDestroy")) destroy(walk, frame, place)
  return place
}

const EPROTO = 71

/** Walking the tasks of a group takes a lock that hooks elsewhere may hold. */
function mayWalkCssTasks(walk: Walk): boolean {
  const { type, attachType } = walk.program
  if (type === "lsm" || (type === "tracing" && attachType === "trace_iter")) return true
  return mayCallSleepable(walk)
}

function hasIterator(frame: Frame, slot: number, slots: number): boolean {
  for (let each = slot; each > slot - slots; each--)
    for (let byte = 0; byte < 8; byte++) if (byteKind(frame.stack[each]!, byte) === BYTE.ITERATOR) return true
  return false
}

function create(
  walk: Walk,
  frame: Frame,
  { slot, slots }: IteratorPlace,
  iterator: IteratorSlot,
  flags: number,
): void {
  const id = acquireReference(walk)
  for (let each = slot; each > slot - slots; each--) {
    const place = frame.stack[each]!
    setPointer(place.register, TYPE.STACK | flags)
    place.register.live |= LIVE.WRITTEN
    place.register.refId = each === slot ? id : 0
    place.register.iterator = iterator
    fillKinds(place, BYTE.ITERATOR)
    touchSlot(walk, each)
  }
}

/** "untrusted": the RCU section that it was made in has ended. */
function stateOf(
  frame: Frame,
  { slot, slots }: IteratorPlace,
  btfId: number,
): "ready" | "untrusted" | "other" {
  for (let each = slot; each > slot - slots; each--) {
    const place = frame.stack[each]
    if (!place) return "other"
    const { type, refId, iterator } = place.register
    if (type & FLAG.UNTRUSTED) return "untrusted"
    if ((refId !== 0) !== (each === slot) || iterator?.btfId !== btfId) return "other"
    if (!everyKind(place, BYTE.ITERATOR)) return "other"
  }
  return "ready"
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
  setScalar(currentFrame(state).registers[0]!, ZERO, !walk.privileges.bpf)
}

function change(state: State, { frame, slot, slots }: IteratorPlace, iterator: IteratorSlot): void {
  const { stack } = state.frames[frame]!
  for (let each = slot; each > slot - slots; each--) {
    const { register } = stack[each]!
    if (each === slot) register.iterator = iterator
  }
}
