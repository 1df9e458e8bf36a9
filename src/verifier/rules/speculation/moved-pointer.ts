import { isKnown } from "../../domain/index.ts"
import { tnumText } from "../../log/tnum-text.ts"
import { watchesSpeculation } from "../../privileges.ts"
import { ERRNO, Rejection, reject } from "../../reject.ts"
import type { Register } from "../../state/register.ts"
import { TYPE } from "../../state/register-type.ts"
import type { Walk } from "../../walk/walk.ts"
import { checkMapRange } from "../map-value.ts"

const STACK_SIZE = 512

/** Masks only work from within the object: a pointer that was moved must stay there, used or not. */
export function checkMovedPointer(walk: Walk, number: number, moved: Register): void {
  if (!watchesSpeculation(walk.privileges)) return
  if (moved.type === TYPE.STACK) checkStack(walk, number, moved)
  else if (moved.type === TYPE.MAP_VALUE) checkMapValue(walk, number, moved)
}

function checkStack(walk: Walk, number: number, { scalar, off }: Register): void {
  const at = off + scalar.nearValue
  if (!isKnown(scalar))
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} variable stack access prohibited for !root, var_off=${tnumText(walk, scalar.bits)} off=${at}`,
      "speculation",
    )
  if (at >= 0 || at < -STACK_SIZE)
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} stack pointer arithmetic goes out of range, prohibited for !root; off=${at}`,
      "speculation",
    )
}

function checkMapValue(walk: Walk, number: number, moved: Register): void {
  try {
    checkMapRange(walk, number, moved, moved.off, 1, false, "helper")
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    reject(
      walk,
      ERRNO.EACCES,
      `R${number} pointer arithmetic of map value goes out of range, prohibited for !root`,
      "speculation",
    )
  }
}
