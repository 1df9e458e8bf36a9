import { isKnown } from "../domain/index.ts"
import type { Register } from "../state/register.ts"
import type { Walk } from "../walk/walk.ts"

/** "unreached": the stack was not used that far down yet. */
export type StackObjectSlot = number | "unreached" | undefined

/**
 * The first slot, the one with the highest number, of an object that the kernel keeps on the stack (a dynptr, an
 * iterator). Undefined where none can lie; why, the log says.
 */
export function stackObjectSlot(
  walk: Walk,
  register: Register,
  what: "dynptr" | "iter",
  slots: number,
): StackObjectSlot {
  if (!isKnown(register.scalar)) {
    walk.log.line(`${what} has to be at a constant offset`)
    return undefined
  }
  const offset = register.off + register.scalar.nearValue
  const slot = Math.trunc((-offset - 1) / 8)
  if (offset % 8 !== 0 || slot + 1 < slots) {
    walk.log.line(`cannot pass in ${what} at an offset=${offset}`)
    return undefined
  }
  const { stack } = walk.state.frames[register.frame]!
  return slot < stack.length ? slot : "unreached"
}
