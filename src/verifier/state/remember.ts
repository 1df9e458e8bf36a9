import type { Walk } from "../walk/walk.ts"
import type { LinkedRegister } from "./history.ts"

/**
 * Notes the current step in the path's history: where it came from, and what backtracking must know of it. A step
 * has one entry, which several notes share.
 */
export function rememberStep(
  walk: Walk,
  stack?: { readonly frame: number; readonly slot: number },
  linked?: readonly LinkedRegister[],
): void {
  const known = walk.historyEntry
  if (known) {
    if (stack) known.stack = stack
    if (linked) known.linked = linked
    return
  }
  const entry = { at: walk.at, from: walk.from, stack, linked }
  walk.state.history.push(entry)
  walk.historyEntry = entry
}
