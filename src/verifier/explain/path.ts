import { CLASS, JUMP, PSEUDO_CALL } from "../../isa/index.ts"
import { historyStep, previousInstruction } from "../state/backtrack.ts"
import type { HistoryEntry } from "../state/history.ts"
import type { State } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"

/** One step of the failing path. */
export interface PathStep {
  readonly at: number
  /** The instruction that came after it. */
  readonly following: number
  /** The number of the frame that it ran in. */
  readonly frame: number
  readonly entry: HistoryEntry | undefined
}

/** Longer paths are loops: what matters stands near their end. */
const MOST_STEPS = 20_000

/**
 * The steps that led to where the walk stands, the last one first, without that one itself. The histories that
 * states keep for precision tell the way: nothing is recorded for this.
 */
export function* stepsBack(walk: Walk): Generator<PathStep> {
  let state: State | undefined = walk.state
  let at = walk.at
  let steps = state.history.length
  let frame = state.frames.length - 1
  for (let taken = 0; taken < MOST_STEPS; ) {
    const following = at
    const previous = previousInstruction(state, at, steps)
    if (previous) {
      at = previous.at
      steps = previous.steps
    } else {
      state = state.parent
      if (!state) return
      at = state.last
      steps = state.history.length
    }
    if (at < 0 || at >= walk.code.length) return
    frame += frameChange(walk, at, following)
    if (frame < 0) return
    taken++
    yield { at, following, frame, entry: historyStep(state, steps, at) }
  }
}

/** Backwards, an exit leads into the function that returned, and a call out of the one that was called. */
function frameChange(walk: Walk, at: number, following: number): number {
  const { opcode, src } = walk.code[at]!
  if (opcode === (CLASS.JMP | JUMP.EXIT)) return 1
  if (opcode !== (CLASS.JMP | JUMP.CALL)) return 0
  if (following !== at + 1) return -1
  // A function that follows its own call: it was entered unless it is checked for itself.
  const entered =
    src === PSEUDO_CALL.SUBPROGRAM && walk.subprograms.some(s => s.start === following && !s.global)
  return entered ? -1 : 0
}
