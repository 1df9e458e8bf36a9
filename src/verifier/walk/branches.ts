import { LOG_LEVEL } from "../log/log.ts"
import { ERRNO, reject } from "../reject.ts"
import { cloneState, type State } from "../state/state.ts"
import type { Walk } from "./walk.ts"

/** As many ways may wait at once. */
const MOST_PENDING = 8192

/** Puts a copy of the current state aside, to be walked from `at` on later. */
export function pushBranch(walk: Walk, at: number, from: number): State {
  const state = cloneState(walk.state)
  putAside(walk, state, at, from)
  return state
}

export function putAside(walk: Walk, state: State, at: number, from: number): void {
  walk.pending.push({ state, at, from, logLength: walk.log.length })
  if (walk.pending.length > MOST_PENDING)
    reject(walk, ERRNO.E2BIG, `The sequence of ${walk.pending.length} jumps is too complex.`, "too-complex")
  if (state.parent) state.parent.branches++
}

/** Takes up the way that was put aside last; false when none is left. */
export function popBranch(walk: Walk): boolean {
  const next = walk.pending.pop()
  if (!next) return false
  // Without states of every instruction the log keeps only the path that leads to the end.
  if (!(walk.log.level & LOG_LEVEL.STATES)) walk.log.cut(next.logLength)
  walk.state = next.state
  walk.at = next.at
  walk.from = next.from
  return true
}

/** A way is walked to its end: its ancestors have one less to wait for. */
export function finishBranch(state: State): void {
  for (let each: State | undefined = state; each; each = each.parent) {
    each.branches--
    // A finished state that lies in a loop puts the state before it into that loop.
    if (each.branches === 0 && each.parent && each.loopEntry) updateLoopEntry(each.parent, each.loopEntry)
    if (each.branches > 0) break
  }
}

/** The outermost loop entry that is known, following those that were themselves found to lie in a loop. */
export function loopEntryOf(state: State): State | undefined {
  let top = state.loopEntry
  while (top?.loopEntry && top !== top.loopEntry) top = top.loopEntry
  let each: State | undefined = state
  while (each && each.loopEntry !== top) {
    const next: State | undefined = each.loopEntry
    each.loopEntry = top
    each = next
  }
  return top
}

/** Notes that the state's loop began at `header`, unless that is left already or lies further in. */
export function updateLoopEntry(state: State, header: State): void {
  const current = loopEntryOf(state) ?? state
  const entry = loopEntryOf(header) ?? header
  if (entry.branches === 0 || entry.depth > current.depth) return
  state.loopEntry = header
  header.usedAsLoopEntry = true
}
