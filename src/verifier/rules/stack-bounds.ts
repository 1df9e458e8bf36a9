import { isKnown } from "../domain/index.ts"
import { tnumText } from "../log/tnum-text.ts"
import { ERRNO, reject } from "../reject.ts"
import { type Frame, growStack } from "../state/frame.ts"
import type { Register } from "../state/register.ts"
import type { Walk } from "../walk/walk.ts"
import { MOST_OFFSET } from "./pointer-arithmetic.ts"

/** Bytes of stack that one function may use. */
const STACK_SIZE = 512

const VERBS = { read: " read from", write: " write to", helper: " indirect access to" } as const

/** All offsets that the access may have lie in the frame, which grows to them. */
export function checkStackBounds(
  walk: Walk,
  frame: Frame,
  number: number,
  pointer: Register,
  offset: number,
  size: number,
  by: keyof typeof VERBS,
): void {
  const { scalar } = pointer
  const verb = VERBS[by]
  let least: number
  let end: number
  if (isKnown(scalar)) {
    least = scalar.nearValue + offset
    end = least + size
  } else {
    if (scalar.nearSmax >= MOST_OFFSET || scalar.nearSmin <= -MOST_OFFSET)
      reject(walk, ERRNO.EACCES, `invalid unbounded variable-offset${verb} stack R${number}`, "stack-bounds")
    least = scalar.nearSmin + offset
    end = scalar.nearSmax + offset + size
  }
  const lowest = by === "read" && !walk.privileges.perfmon ? -frame.stack.length * 8 : -STACK_SIZE
  let errno = 0
  if (least < lowest || least > -1) errno = ERRNO.EACCES
  else if (end > 0) errno = ERRNO.EINVAL
  else if (size < 0) errno = ERRNO.EFAULT
  if (errno) {
    const where = isKnown(scalar)
      ? `invalid${verb} stack R${number} off=${offset} size=${size}`
      : `invalid variable-offset${verb} stack R${number} var_off=${tnumText(walk, scalar.bits)}${walk.rules.plainConstants ? ` off=${offset}` : ""} size=${size}`
    reject(walk, errno, where, "stack-bounds")
  }
  const slots = Math.ceil(-least / 8)
  if (frame.stack.length >= slots) return
  growStack(frame, slots)
  const subprogram = walk.subprograms[frame.subprogram]!
  subprogram.stackDepth = Math.max(subprogram.stackDepth, slots * 8)
}
