import type { Register } from "../../state/register.ts"
import { TYPE } from "../../state/register-type.ts"

const STACK_SIZE = 512
const U32 = 32

/** Why no mask can keep a moved pointer within its object. */
export type NoLimit = "type" | "limit"

/**
 * How far a pointer stands from the end of its object that it moves away from, as a mask takes it: from its start, or of the
 * stack from its top. Only map values and the stack have ends that are known.
 */
export function pointerLimit({ type, off, scalar, map }: Register, toLeft: boolean): number | NoLimit {
  switch (type) {
    case TYPE.STACK: {
      // The frame pointer itself stands behind the last byte, a good start for moves to the left.
      const most = STACK_SIZE + (toLeft ? 1 : 0)
      return below(BigInt(-(scalar.nearValue + off)), most)
    }
    case TYPE.MAP_VALUE:
      return below((toLeft ? scalar.smin : scalar.umax) + BigInt(off), map!.valueSize)
    default:
      return "type"
  }
}

/** Limits are words of 32 bits: what lies before the object is far behind its end. */
function below(distance: bigint, most: number): number | NoLimit {
  const limit = Number(BigInt.asUintN(U32, distance))
  return limit < most ? limit : "limit"
}
