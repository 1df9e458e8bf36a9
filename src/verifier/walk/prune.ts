import { sameScalar } from "../domain/index.ts"
import { printsSteps } from "../log/log.ts"
import { writeFrame } from "../log/state-text.ts"
import { writeSourceLine } from "../log/steps.ts"
import { ERRNO, Rejection, reject } from "../reject.ts"
import { isIteratorNext } from "../rules/callback-calls.ts"
import { statesMatch } from "../state/equal.ts"
import { isIdentical, statesMatchEarly } from "../state/equal-early.ts"
import { cleanState, propagateLiveness } from "../state/liveness.ts"
import { forgetPrecision, propagatePrecision } from "../state/precision.ts"
import { rememberStep } from "../state/remember.ts"
import { BYTE, byteKind } from "../state/stack-slot.ts"
import { currentFrame, type State, storedState } from "../state/state.ts"
import { loopEntryOf, updateLoopEntry } from "./branches.ts"
import { bucketOf, type Explored } from "./explored.ts"
import { callsCallback, isCheckpoint, isJumpPoint, type Walk } from "./walk.ts"

/** A path may remember this many jumps before a state is stored whatever else holds. */
const LONG_HISTORY = 40
/** Checkpoints of loops may miss this often before they are dropped, other states less. */
const CHECKPOINT_PATIENCE = 64
const PATIENCE = 3
const UNPRIVILEGED_STATES = 64

/**
 * Compares the current state with those stored at this instruction. True when one of them covers it: then its
 * continuation is known to be safe. Otherwise the state may be stored in turn.
 */
export function isExplored(walk: Walk): boolean {
  const { state, counters, explored, at } = walk
  const { rules } = walk
  const forced =
    rules.longHistories &&
    (walk.testStateFrequency || isCheckpoint(walk, at) || state.history.length > LONG_HISTORY)
  let store =
    forced ||
    walk.testStateFrequency ||
    (counters.jumps - counters.jumpsAtCheckpoint >= 2 &&
      counters.processed - counters.processedAtCheckpoint >= 8)
  const bucket = bucketOf(explored, at, state)
  cleanFinished(explored[bucket], at, state)
  let count = 0
  let previous: Explored | undefined
  for (let entry = explored[bucket]; entry; ) {
    count++
    const old = entry.state
    if (old.instruction !== at) {
      previous = entry
      entry = entry.next
      continue
    }
    const answer = compare(walk, entry)
    if (answer === "hit") {
      entry.hits++
      takeOver(walk, old)
      return true
    }
    if (
      answer === "unfinished" &&
      !forced &&
      counters.jumps - counters.jumpsAtCheckpoint < 20 &&
      counters.processed - counters.processedAtCheckpoint < 100
    )
      store = false
    if (store) entry.misses++
    const patience = isCheckpoint(walk, at) && old.branches > 0 ? CHECKPOINT_PATIENCE : PATIENCE
    if (entry.misses > entry.hits * patience + patience) {
      if (previous) previous.next = entry.next
      else explored[bucket] = entry.next
      if (old.cleaned && !old.usedAsLoopEntry) counters.peakStates--
    } else previous = entry
    entry = entry.next
  }
  counters.maxStatesPerInstruction = Math.max(counters.maxStatesPerInstruction, count)
  if (!walk.privileges.bpf && count > UNPRIVILEGED_STATES) return false
  if (store) storeState(walk, bucket)
  return false
}

function cleanFinished(first: Explored | undefined, at: number, current: State): void {
  for (let entry = first; entry; entry = entry.next) {
    const { state } = entry
    if (state.branches > 0 || state.instruction !== at || isInLoop(state)) continue
    if (state.frames.length !== current.frames.length) continue
    if (state.frames.every((frame, index) => frame.callSite === current.frames[index]!.callSite))
      cleanState(state)
  }
}

/** Inside a loop that is still being walked, what was read so far is not all that will be. */
function isInLoop(state: State): boolean {
  const entry = loopEntryOf(state)
  return entry !== undefined && entry.branches > 0
}

function compare(walk: Walk, { state: old }: Explored): "hit" | "miss" | "unfinished" {
  const { state, at } = walk
  if (old.branches === 0) {
    const inLoop = isInLoop(old)
    if (!walk.rules.scalarIds) return statesMatchEarly(walk, old, state) ? "hit" : "miss"
    if (!statesMatch(walk, old, state, inLoop ? "within" : "covers")) return "miss"
    if (inLoop) updateLoopEntry(state, loopEntryOf(old)!)
    return "hit"
  }
  const oldFrame = currentFrame(old)
  if (oldFrame.inAsyncCallback && oldFrame.asyncEntries !== currentFrame(state).asyncEntries)
    return "unfinished"
  if (!walk.rules.exactLoops) {
    if (!sameRegisters(old, state) || !statesMatchEarly(walk, old, state)) return "unfinished"
    writeSourceLine(walk, at, "; ")
    reject(walk, ERRNO.EINVAL, `infinite loop detected at insn ${at}`, "infinite-loop")
  }
  if (isIteratorNext(walk, at)) {
    if (statesMatch(walk, old, state, "within") && activeIterator(state)) {
      updateLoopEntry(state, old)
      return "hit"
    }
    return "unfinished"
  }
  if (isMayGoto(walk, at) && old.mayGotoDepth !== state.mayGotoDepth) {
    if (statesMatch(walk, old, state, "within")) {
      updateLoopEntry(state, old)
      return "hit"
    }
  }
  if (callsCallback(walk, at)) return statesMatch(walk, old, state, "within") ? "hit" : "unfinished"
  if (isEndless(walk, old, state)) {
    writeSourceLine(walk, at, "; ")
    walk.log.line(`infinite loop detected at insn ${at}`)
    walk.log.write("cur state:")
    writeFrame(walk, currentFrame(state), true)
    walk.log.write("old state:")
    writeFrame(walk, oldFrame, true)
    throw new Rejection(ERRNO.EINVAL, `infinite loop detected at insn ${at}`, "infinite-loop")
  }
  return "unfinished"
}

function isMayGoto(walk: Walk, at: number): boolean {
  return walk.code[at]!.opcode === 0xe5
}

function isEndless(walk: Walk, old: State, state: State): boolean {
  return (
    maybeLooping(old, state) &&
    statesMatch(walk, old, state, "exact") &&
    !iteratorDepthsDiffer(old, state) &&
    old.mayGotoDepth === state.mayGotoDepth &&
    old.callbackDepth === state.callbackDepth
  )
}

/** Before 6.7: nothing that is known of any register changed. */
function sameRegisters(old: State, state: State): boolean {
  if (old.frames.length !== state.frames.length) return false
  const current = currentFrame(state).registers
  return currentFrame(old).registers.every((register, index) => isIdentical(register, current[index]!))
}

/** A quick look first: a loop that ends changes a register. */
function maybeLooping(old: State, state: State): boolean {
  if (old.frames.length !== state.frames.length) return false
  const a = currentFrame(old).registers
  const b = currentFrame(state).registers
  for (let r = 0; r < 10; r++) {
    const x = a[r]!
    const y = b[r]!
    if (x.type !== y.type || x.off !== y.off || x.range !== y.range || x.map !== y.map) return false
    if (x.id !== y.id || x.refId !== y.refId || !sameScalar(x.scalar, y.scalar)) return false
  }
  return true
}

function iteratorDepthsDiffer(old: State, state: State): boolean {
  return state.frames.some((frame, index) =>
    frame.stack.some((slot, at) => {
      if (byteKind(slot, 0) !== BYTE.ITERATOR || slot.register.iterator?.state !== "active") return false
      const before = old.frames[index]?.stack[at]?.register.iterator
      return before !== undefined && before.depth !== slot.register.iterator.depth
    }),
  )
}

function activeIterator(state: State): boolean {
  const pointer = currentFrame(state).registers[1]!
  const frame = state.frames[pointer.frame]
  const slot = frame?.stack[(-(pointer.off + pointer.scalar.nearValue) - 1) >> 3]
  return slot?.register.iterator?.state === "active"
}

/** What the old state's continuation read, and needed exactly, holds for the current state as well. */
function takeOver(walk: Walk, old: State): void {
  propagateLiveness(walk, old, walk.state)
  if (isJumpPoint(walk, walk.at)) rememberStep(walk)
  propagatePrecision(walk, old)
}

function storeState(walk: Walk, bucket: number): void {
  const { state, counters, explored, at } = walk
  counters.totalStates++
  counters.peakStates++
  counters.jumpsAtCheckpoint = counters.jumps
  counters.processedAtCheckpoint = counters.processed
  if (walk.privileges.bpf) forgetPrecision(state)
  const stored = storedState(state)
  stored.instruction = at
  explored[bucket] = { state: stored, misses: 0, hits: 0, next: explored[bucket] }
  state.parent = stored
  state.first = at
  state.history = []
  state.depth = stored.depth + 1
  const last = state.frames.length - 1
  state.frames.forEach((frame, index) => {
    const parent = stored.frames[index]!
    for (let r = 0; r < 10; r++) {
      const register = frame.registers[r]!
      // Of callers only r6 to r9 outlive the call.
      if (index === last || r >= 6) register.parent = parent.registers[r]
      register.live = 0
    }
    frame.stack.forEach((slot, at) => {
      slot.register.live = 0
      slot.register.parent = parent.stack[at]!.register
    })
  })
}

/** Whether a path's end is worth a line. */
export function writeSafe(walk: Walk): void {
  if (!printsSteps(walk.log)) return
  if (walk.printWhole)
    walk.log.line(
      `\nfrom ${walk.from} to ${walk.at}${walk.state.speculative ? " (speculative execution)" : ""}: safe`,
    )
  else walk.log.line(`${walk.at}: safe`)
}
