import { CLASS, classOf, MODE, modeOf } from "../../isa/index.ts"
import { writeInstruction } from "../log/steps.ts"
import { ERRNO, reject, Unsupported } from "../reject.ts"
import { walkArithmetic } from "../rules/arithmetic.ts"
import { walkAtomic } from "../rules/atomics.ts"
import { walkJump } from "../rules/jumps.ts"
import { walkLoad64 } from "../rules/load64.ts"
import { walkLoad, walkStore } from "../rules/memory.ts"
import { walkPacketLoad } from "../rules/packet-load.ts"
import { rememberStep } from "../state/remember.ts"
import { finishBranch, popBranch } from "./branches.ts"
import { isExplored, writeSafe } from "./prune.ts"
import { isJumpPoint, isPrunePoint, MARK, touchEverything, type Walk } from "./walk.ts"

/** A program may take as many steps over all its paths. */
export const MOST_STEPS = 1_000_000

/** Walks every path from the current state to its end. */
export function explore(walk: Walk): void {
  for (;;) {
    if (step(walk)) continue
    touchEverything(walk)
    finishBranch(walk.state)
    if (!popBranch(walk)) return
    walk.printWhole = true
  }
}

/** One instruction of the current path; false when the path ends with it. */
function step(walk: Walk): boolean {
  const { code, counters, state, at } = walk
  walk.historyEntry = undefined
  walk.cameFrom = walk.from
  if (at >= code.length)
    reject(walk, ERRNO.EFAULT, `invalid insn idx ${at} insn_cnt ${code.length}`, "jump-target")
  if (++counters.processed > MOST_STEPS)
    reject(walk, ERRNO.E2BIG, `BPF program is too large. Processed ${counters.processed} insn`, "too-complex")
  if (counters.processed > walk.patience)
    throw new Unsupported(`given up after ${walk.patience} instructions, as asked`)
  state.last = walk.from
  if (isPrunePoint(walk, at) && isExplored(walk)) {
    writeSafe(walk)
    return false
  }
  if (isJumpPoint(walk, at)) rememberStep(walk)
  if (walk.log.level !== 0) writeInstruction(walk)
  if (!state.speculative) walk.marks[at] = walk.marks[at]! | MARK.SEEN
  walk.from = at
  const instruction = code[at]!
  const { opcode } = instruction
  switch (classOf(opcode)) {
    case CLASS.ALU:
    case CLASS.ALU64:
      walkArithmetic(walk, instruction)
      break
    case CLASS.LDX:
      walkLoad(walk, instruction)
      break
    case CLASS.STX:
      if (modeOf(opcode) === MODE.ATOMIC) walkAtomic(walk, instruction)
      else walkStore(walk, instruction)
      break
    case CLASS.ST:
      walkStore(walk, instruction)
      break
    case CLASS.LD:
      if (modeOf(opcode) === MODE.ABS || modeOf(opcode) === MODE.IND) walkPacketLoad(walk, instruction)
      else if (modeOf(opcode) === MODE.IMM) walkLoad64(walk, instruction)
      else reject(walk, ERRNO.EINVAL, "invalid BPF_LD mode", "encoding")
      break
    default:
      return walkJump(walk, instruction)
  }
  walk.at++
  return true
}
