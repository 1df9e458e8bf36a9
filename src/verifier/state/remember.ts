import type { Walk } from "../walk/walk.ts"
import type { HistoryEntry } from "./history.ts"

/**
 * Notes the current step in the path's history: where it came from, and what backtracking must know of it. A step
 * has one entry, which several notes share.
 */
export function rememberStep(walk: Walk): HistoryEntry {
  const known = walk.historyEntry
  if (known) return known
  const entry: HistoryEntry = {
    at: walk.at,
    from: walk.cameFrom,
    frame: -1,
    slot: -1,
    stackOperands: 0,
    linked: undefined,
  }
  walk.state.history.push(entry)
  walk.historyEntry = entry
  return entry
}

/** The step brought a register to or from the stack. */
export function rememberStackAccess(walk: Walk, frame: number, slot: number): void {
  const entry = rememberStep(walk)
  entry.frame = frame
  entry.slot = slot
}
