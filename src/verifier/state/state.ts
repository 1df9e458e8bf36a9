import type { MapFacts } from "../program.ts"
import { cloneFrame, type Frame } from "./frame.ts"
import type { HistoryEntry } from "./history.ts"

/** Which lock is held: of which memory (a map or an object), and of which pointer to it. */
export interface HeldLock {
  readonly owner: MapFacts | object
  readonly id: number
}

/** Everything known at one point of one path. */
export interface State {
  frames: Frame[]
  lock: HeldLock | undefined
  rcuLocked: boolean
  preemptDisabled: number
  /** A function that runs later and may sleep, whatever the program may. */
  sleepable: boolean
  /** What only a processor that runs ahead does. */
  speculative: boolean
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
  /** What nobody read of it is forgotten: it is explored to its end. */
  cleaned: boolean
}

export function newState(frame: Frame): State {
  return {
    frames: [frame],
    lock: undefined,
    rcuLocked: false,
    preemptDisabled: 0,
    sleepable: false,
    speculative: false,
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
    cleaned: false,
  }
}

export function cloneState(state: State): State {
  return copyState(state, state.history.slice())
}

/** A copy that stays as it is, to compare later states with; history begins anew there. */
export function storedState(state: State): State {
  return copyState(state, state.history)
}

function copyState(state: State, history: HistoryEntry[]): State {
  return {
    frames: state.frames.map(cloneFrame),
    lock: state.lock,
    rcuLocked: state.rcuLocked,
    preemptDisabled: state.preemptDisabled,
    sleepable: state.sleepable,
    speculative: state.speculative,
    parent: state.parent,
    branches: state.branches,
    instruction: state.instruction,
    first: state.first,
    last: state.last,
    history,
    depth: state.depth,
    loopEntry: state.loopEntry,
    usedAsLoopEntry: state.usedAsLoopEntry,
    callbackDepth: state.callbackDepth,
    mayGotoDepth: state.mayGotoDepth,
    cleaned: false,
  }
}

export function currentFrame(state: State): Frame {
  return state.frames[state.frames.length - 1]!
}
