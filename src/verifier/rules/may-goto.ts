import type { Instruction } from "../../isa/index.ts"
import { ERRNO, reject } from "../reject.ts"
import type { State } from "../state/state.ts"
import { widenImprecise } from "../state/widen.ts"
import { pushBranch } from "../walk/branches.ts"
import { bucketOf } from "../walk/explored.ts"
import type { Walk } from "../walk/walk.ts"

const MAY_GOTO_OPCODE = 0xe5

/** Jumps out of a loop once its budget is spent: the way through is put aside, the jump is walked first. */
export function walkMayGoto(walk: Walk, { opcode, src, dst, imm, off }: Instruction): void {
  if (opcode !== MAY_GOTO_OPCODE || src !== 0 || dst !== 0 || imm !== 0)
    reject(walk, ERRNO.EINVAL, `invalid may_goto imm ${imm}`, "encoding")
  const { at } = walk
  const { parent } = walk.state
  const before = parent && previousEntry(walk, at, parent)
  const queued = pushBranch(walk, at + 1, at)
  queued.mayGotoDepth++
  if (before) widenImprecise(walk, before, queued)
  walk.at += off
}

/** The last stored state at the instruction that the current path came through, `current` left out. */
export function previousEntry(walk: Walk, at: number, current: State): State | undefined {
  const bucket = bucketOf(walk.explored, at, current)
  for (let entry = walk.explored[bucket]; entry; entry = entry.next) {
    const { state } = entry
    if (state.instruction !== at || state.branches === 0 || state.depth >= current.depth) continue
    if (state.frames.length !== current.frames.length) continue
    if (state.frames.every((frame, index) => frame.callSite === current.frames[index]!.callSite)) return state
  }
  return undefined
}
