import { unsupported } from "../reject.ts"
import type { Frame } from "../state/frame.ts"
import { BYTE, byteKind } from "../state/stack-slot.ts"
import type { Walk } from "../walk/walk.ts"

/** Writing over a dynptr ends it. */
export function destroyDynptrAt(_walk: Walk, frame: Frame, index: number): void {
  const slot = frame.stack[index]
  if (slot && byteKind(slot, 0) === BYTE.DYNPTR) unsupported("writing over a dynptr")
}
