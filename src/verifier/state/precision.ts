import { LOG_LEVEL } from "../log/log.ts"
import { writeFrame } from "../log/state-text.ts"
import type { Walk } from "../walk/walk.ts"
import { backtrack, historyStep, previousInstruction } from "./backtrack.ts"
import { markPreciseEarly, propagatePrecisionEarly } from "./precision-early.ts"
import {
  clearMasks,
  dropRegister,
  dropSlot,
  registersText,
  slotsText,
  startMasks,
  wantRegister,
  wantSlot,
  wantsNothing,
  wantsSlot,
  wantsSlots,
} from "./precision-masks.ts"
import { LIVE } from "./register.ts"
import { TYPE } from "./register-type.ts"
import { isScalarSpill, isSpill } from "./stack-slot.ts"
import type { State } from "./state.ts"

/**
 * Numbers are compared loosely when states are pruned, unless a rule needed to know one exactly. Then the path is
 * walked backwards to find where the number came from, and what it was made of is marked in every stored state on
 * the way: those may only be pruned within what they knew.
 */
export function markPrecise(walk: Walk, register: number): void {
  if (!walk.privileges.bpf) return
  if (!walk.rules.precisionOfCalls) {
    markPreciseEarly(walk, walk.state.frames.length - 1, register)
    return
  }
  startMasks(walk.precision, walk.state.frames.length - 1)
  wantRegister(walk.precision, register)
  markChain(walk)
}

/** What the continuation of a stored state needed exactly, the current path that is pruned at it needs too. */
export function propagatePrecision(walk: Walk, old: State): void {
  if (!walk.privileges.bpf) return
  if (!walk.rules.precisionOfCalls) {
    propagatePrecisionEarly(walk, old)
    return
  }
  const masks = walk.precision
  startMasks(masks, walk.state.frames.length - 1)
  for (let index = old.frames.length - 1; index >= 0; index--) {
    const frame = old.frames[index]!
    const found: string[] = []
    for (let r = 0; r < 10; r++) {
      const { type, precise, live } = frame.registers[r]!
      if (type !== TYPE.SCALAR || !precise || !(live & LIVE.READ)) continue
      wantRegister(masks, r, index)
      found.push(`r${r}`)
    }
    frame.stack.forEach((slot, at) => {
      const { type, precise, live } = slot.register
      if (!isSpill(slot) || type !== TYPE.SCALAR || !precise || !(live & LIVE.READ)) return
      wantSlot(masks, index, at)
      found.push(`fp${(-at - 1) * 8}`)
    })
    if (found.length && walk.log.level & LOG_LEVEL.STATES)
      walk.log.line(`frame ${index}: propagating ${found.join(",")}`)
  }
  markChain(walk)
}

function markChain(walk: Walk): void {
  const { precision: masks, log } = walk
  if (wantsNothing(masks)) {
    clearMasks(masks)
    return
  }
  const loud = (log.level & LOG_LEVEL.STATES) !== 0
  let state: State | undefined = walk.state
  let first = state.first
  let last = walk.at
  let following = -1
  // The instruction that asks is not itself undone.
  let skip = true
  for (;;) {
    if (loud)
      log.line(
        `mark_precise: frame${masks.frame}: last_idx ${last} first_idx ${first} subseq_idx ${following} `,
      )
    if (last < 0) {
      markArguments(state)
      clearMasks(masks)
      return
    }
    let steps = state.history.length
    for (let at = last; ; ) {
      if (skip) skip = false
      else if (!backtrack(walk, at, following, historyStep(state, steps, at))) {
        markAllPrecise(walk.state)
        clearMasks(masks)
        return
      }
      if (wantsNothing(masks)) {
        clearMasks(masks)
        return
      }
      following = at
      const previous = previousInstruction(state, at, steps)
      if (previous === undefined) break
      at = previous.at
      steps = previous.steps
      if (at < 0 || at >= walk.code.length) break
    }
    state = state.parent
    if (!state) break
    markState(walk, state, loud)
    if (wantsNothing(masks)) {
      clearMasks(masks)
      return
    }
    following = first
    last = state.last
    first = state.first
  }
  markAllPrecise(walk.state)
  clearMasks(masks)
}

/** At the start of a global function, its arguments are where numbers come from. */
function markArguments(state: State): void {
  const frame = state.frames[0]!
  for (let r = 1; r <= 5; r++)
    if (frame.registers[r]!.type === TYPE.SCALAR) frame.registers[r]!.precise = true
}

function markState(walk: Walk, state: State, loud: boolean): void {
  const masks = walk.precision
  for (let index = masks.frame; index >= 0; index--) {
    const frame = state.frames[index]
    if (!frame) continue
    for (let r = 0; r < 10; r++) {
      if (!((masks.registers[index]! >> r) & 1)) continue
      const register = frame.registers[r]!
      if (register.type !== TYPE.SCALAR || register.precise) dropRegister(masks, r, index)
      else register.precise = true
    }
    for (let at = 0; at < 64; at++) {
      if (!wantsSlots(masks, index)) break
      if (!wantsSlot(masks, index, at)) continue
      const slot = frame.stack[at]
      if (!slot || !isScalarSpill(slot) || slot.register.precise) dropSlot(masks, index, at)
      else slot.register.precise = true
    }
    if (!loud) continue
    const registers = registersText(masks.registers[index]!)
    const slots = slotsText(masks, index)
    walk.log.write(`mark_precise: frame${index}: parent state regs=${registers} stack=${slots}: `)
    writeFrame(walk, frame, true)
  }
}

/** The way back is lost: every number of every state on the path counts as needed. */
export function markAllPrecise(start: State): void {
  for (let state: State | undefined = start.parent; state; state = state.parent)
    forEachScalar(state, register => {
      register.precise = true
    })
}

/** A new stored state asks for nothing yet. */
export function forgetPrecision(state: State): void {
  forEachScalar(state, register => {
    register.precise = false
  })
}

function forEachScalar(state: State, change: (register: { precise: boolean }) => void): void {
  for (const frame of state.frames) {
    for (let r = 0; r < 10; r++) if (frame.registers[r]!.type === TYPE.SCALAR) change(frame.registers[r]!)
    for (const slot of frame.stack) if (isScalarSpill(slot)) change(slot.register)
  }
}
