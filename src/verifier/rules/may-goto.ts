import type { Instruction } from "../../isa/index.ts"
import { ERRNO, reject } from "../reject.ts"
import { widenImprecise } from "../state/widen.ts"
import { pushBranch } from "../walk/branches.ts"
import type { Walk } from "../walk/walk.ts"

const MAY_GOTO_OPCODE = 0xe5

/** Jumps out of a loop once its budget is spent: the way through is put aside, the jump is walked first. */
export function walkMayGoto(walk: Walk, { opcode, src, dst, imm, off }: Instruction): void {
  if (opcode !== MAY_GOTO_OPCODE || src !== 0 || dst !== 0 || imm !== 0)
    reject(walk, ERRNO.EINVAL, `invalid may_goto imm ${imm}`)
  const { at } = walk
  const before = previousEntry(walk, at)
  const queued = pushBranch(walk, at + 1, at)
  queued.mayGotoDepth++
  if (before) widenImprecise(walk, before, queued)
  walk.at += off
}

/** The nearest stored state at the instruction that has the same frames. */
export function previousEntry(walk: Walk, at: number) {
  const current = walk.state
  for (let state = current.parent; state; state = state.parent) {
    if (state.instruction !== at || state.frames.length !== current.frames.length) continue
    if (state.frames.every((frame, index) => frame.callSite === current.frames[index]!.callSite)) return state
  }
  return undefined
}
