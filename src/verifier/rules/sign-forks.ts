import { constantOf, draft, isKnown, OPERATOR, type Scalar } from "../domain/index.ts"
import { currentFrame } from "../state/state.ts"
import { pushBranch } from "../walk/branches.ts"
import type { Walk } from "../walk/walk.ts"

/**
 * A number that is 0 or −1, as arithmetic shifts make of signs, is mostly a mask for what comes next: `&` and `|` with a
 * constant are walked once with each of the two. What the register holds on this way; the other one waits.
 */
export function forkSign(walk: Walk, operator: number, dst: number, operand: Scalar): void {
  if (!walk.rules.mutualRanges) return
  if ((operator !== OPERATOR.AND && operator !== OPERATOR.OR) || !isKnown(operand)) return
  const { scalar } = currentFrame(walk.state).registers[dst]!
  const isWhole = scalar.nearSmin === -1 && scalar.nearSmax === 0
  if (!isWhole && !(scalar.s32min === -1 && scalar.s32max === 0)) return
  const other = pushBranch(walk, walk.at, walk.at)
  for (const [state, value] of [
    [other, 0],
    [walk.state, -1],
  ] as const) {
    const register = currentFrame(state).registers[dst]!
    register.scalar = isWhole ? constantOf(value) : withLowHalf(scalar, value)
    if (isWhole) register.id = 0
  }
}

function withLowHalf(scalar: Scalar, value: number): Scalar {
  const known = draft(scalar)
  known.valueLow = value
  known.maskLow = 0
  known.s32min = known.s32max = value
  known.u32minWord = known.u32maxWord = value
  return known
}
