import type { MapFacts } from "../program.ts"
import { cloneFrame, type Frame } from "./frame.ts"
import type { HistoryEntry } from "./history.ts"

/** A reference that must be given back. */
export interface Reference {
  readonly id: number
  /** The instruction that acquired it. */
  readonly at: number
  readonly frame: number
}

/** Which lock is held: of which memory (a map or an object), and of which pointer to it. */
export interface HeldLock {
  readonly owner: MapFacts | object
  readonly id: number
}

/** Everything known at one point of one path. */
export interface State {
  frames: Frame[]
  references: Reference[]
  lock: HeldLock | undefined
  rcuLocked: boolean
  preemptDisabled: number
  /** The state whose exploration led here. */
  parent: State | undefined
  /** Ways out of it that are not yet explored to the end; 0 for a finished state. */
  branches: number
  instruction: number
  first: number
  last: number
  history: HistoryEntry[]
  depth: number
  /** Where the outermost loop around it began, as far as is known. */
  loopEntry: State | undefined
  usedAsLoopEntry: boolean
  callbackDepth: number
  mayGotoDepth: number
}

export function newState(frame: Frame): State {
  return {
    frames: [frame],
    references: [],
    lock: undefined,
    rcuLocked: false,
    preemptDisabled: 0,
    parent: undefined,
    branches: 1,
    instruction: 0,
    first: 0,
    last: 0,
    history: [],
    depth: 0,
    loopEntry: undefined,
    usedAsLoopEntry: false,
    callbackDepth: 0,
    mayGotoDepth: 0,
  }
}

export function cloneState(state: State): State {
  return {
    ...state,
    frames: state.frames.map(cloneFrame),
    references: state.references.slice(),
    history: state.history.slice(),
  }
}

export function currentFrame(state: State): Frame {
  return state.frames[state.frames.length - 1]!
}
