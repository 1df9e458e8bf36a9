import { isKnown, type Tnum, UNKNOWN } from "../domain/index.ts"
import { tnumText } from "../log/tnum-text.ts"
import { watchesSpeculation } from "../privileges.ts"
import { ERRNO, reject } from "../reject.ts"
import { markRead } from "../state/liveness.ts"
import { LIVE, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { BYTE, byteKind, isSpill, scrub, setByteKind } from "../state/stack-slot.ts"
import { currentFrame } from "../state/state.ts"
import type { Walk } from "../walk/walk.ts"
import { checkStackBounds } from "./stack-bounds.ts"

/** What a call will write over once its arguments are checked. */
export interface RawMemory {
  register: number
  size: number
  /** False once memory is found that need not be initialised. */
  wanted: boolean
}

/**
 * A piece of stack that is read as a whole, by a helper or at a variable offset: every byte must have been
 * written. What a helper was given loses what was known of it, even if it only reads. `raw` memory need not be
 * initialised: it is noted, and written when the call is made.
 */
export function checkInitialized(
  walk: Walk,
  number: number,
  offset: number,
  size: number,
  zeroAllowed: boolean,
  by: "direct" | "helper",
  raw: RawMemory | undefined,
): void {
  const pointer = currentFrame(walk.state).registers[number]!
  const frame = walk.state.frames[pointer.frame]!
  const { scalar } = pointer
  if (size === 0 && !zeroAllowed) reject(walk, ERRNO.EACCES, "invalid zero-sized read", "memory-size")
  checkStackBounds(walk, frame, number, pointer, offset, size, by === "direct" ? "read" : "helper")
  const known = isKnown(scalar)
  if (!known && watchesSpeculation(walk.privileges)) {
    const verb = by === "direct" ? "" : " indirect"
    reject(
      walk,
      ERRNO.EACCES,
      `R${number}${verb} variable offset stack access prohibited for !root, var_off=${tnumText(walk, scalar.bits)}`,
      "stack-bounds",
    )
  }
  const least = offset + (known ? scalar.nearValue : scalar.nearSmin)
  const most = known ? least : offset + scalar.nearSmax
  if (raw?.wanted && known) {
    for (let at = least; at < most + size; at++) {
      const slot = frame.stack[(-at - 1) >> 3]
      if (slot && byteKind(slot, (-at - 1) & 7) === BYTE.DYNPTR)
        reject(walk, ERRNO.EACCES, `potential write to dynptr at off=${at} disallowed`, "special-field")
    }
    raw.register = number
    raw.size = size
    return
  }
  for (let at = least; at < most + size; at++) {
    const place = -at - 1
    const slot = frame.stack[place >> 3]!
    const byte = place & 7
    const kind = byteKind(slot, byte)
    if (kind === BYTE.ZERO || (kind === BYTE.INVALID && walk.privileges.perfmon)) {
      if (by === "helper") setByteKind(slot, byte, BYTE.MISC)
    } else if (kind !== BYTE.MISC) {
      if (!isSpill(slot) || !(slot.register.type === TYPE.SCALAR || walk.privileges.perfmon))
        refuse(walk, number, known, scalar.bits, least, at, size, by)
      if (by === "helper") {
        setScalar(slot.register, UNKNOWN, !walk.privileges.bpf)
        for (let each = 0; each < 8; each++) scrub(slot, each)
      }
    }
    markRead(walk, slot.register, slot.register.parent, LIVE.READ64)
  }
}

function refuse(
  walk: Walk,
  number: number,
  known: boolean,
  bits: Tnum,
  least: number,
  at: number,
  size: number,
  by: "direct" | "helper",
): never {
  const verb = by === "direct" ? "" : " indirect"
  const where = known ? `off ${least}+${at - least}` : `var_off ${tnumText(walk, bits)}+${at - least}`
  reject(
    walk,
    ERRNO.EACCES,
    `invalid${verb} read from stack R${number} ${where} size ${size}`,
    "uninitialised-stack",
  )
}
