import type { State } from "../state/state.ts"
import { currentFrame } from "../state/state.ts"

/** A state that was stored at a point, and how it did: hits and misses decide whether it stays. */
export interface Explored {
  readonly state: State
  misses: number
  hits: number
  next: Explored | undefined
}

/** Lists of stored states by instruction and call site, newest first. */
export type ExploredTable = (Explored | undefined)[]

export function bucketOf(table: ExploredTable, at: number, state: State): number {
  return ((at ^ currentFrame(state).callSite) >>> 0) % table.length
}
