import type { Walk } from "../walk/walk.ts"
import type { LinkedRegister } from "./history.ts"

/**
 * Notes the current step in the path's history: where it came from, and what backtracking must know of it. A step
 * has one entry, which several notes share.
 */
export function rememberStep(walk: Walk, frame = -1, slot = -1, linked?: readonly LinkedRegister[]): void {
  const known = walk.historyEntry
  if (known) {
    if (slot >= 0) {
      known.frame = frame
      known.slot = slot
    }
    if (linked) known.linked = linked
    return
  }
  const entry = { at: walk.at, from: walk.from, frame, slot, linked }
  walk.state.history.push(entry)
  walk.historyEntry = entry
}
