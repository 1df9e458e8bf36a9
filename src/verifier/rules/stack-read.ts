import { isKnown, UNKNOWN, ZERO } from "../domain/index.ts"
import { writeSourceLine } from "../log/steps.ts"
import { tnumText } from "../log/tnum-text.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Frame } from "../state/frame.ts"
import { markRead } from "../state/liveness.ts"
import { copyRegister, LIVE, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { rememberStackAccess } from "../state/remember.ts"
import { BYTE, byteKind, isKnownZero, isSpill, type StackSlot } from "../state/stack-slot.ts"
import { currentFrame } from "../state/state.ts"
import { noteStackAccess } from "../walk/fastcall.ts"
import { touchSlot, type Walk } from "../walk/walk.ts"
import type { Access } from "./memory.ts"
import { checkStackBounds } from "./stack-bounds.ts"
import { checkInitialized } from "./stack-ranges.ts"

/** A load from the stack: a spilled register comes back as it was, bytes as a number. */
export function readStack(walk: Walk, access: Access, offset: number): void {
  const pointer = currentFrame(walk.state).registers[access.base]!
  const frame = walk.state.frames[pointer.frame]!
  checkStackBounds(walk, frame, access.base, pointer, offset, access.size, "read")
  if (isKnown(pointer.scalar)) {
    readSlot(walk, access, frame, offset + pointer.scalar.nearValue)
    return
  }
  if (access.value === undefined)
    reject(
      walk,
      ERRNO.EACCES,
      `variable offset stack pointer cannot be passed into helper function; var_off=${tnumText(walk, pointer.scalar.bits)} off=${offset} size=${access.size}`,
      "stack-bounds",
    )
  const { nearSmin, nearSmax } = pointer.scalar
  checkInitialized(walk, access.base, offset, access.size, false, "direct", undefined)
  loadBytes(walk, access, frame, nearSmin + offset, nearSmax + offset + access.size)
  noteStackAccess(walk, frame, nearSmin + offset)
}

function readSlot(walk: Walk, access: Access, frame: Frame, offset: number): void {
  const { size, value } = access
  const place = -offset - 1
  const index = place >> 3
  const slot = frame.stack[index]!
  const spilled = slot.register
  touchSlot(walk, index)
  noteStackAccess(walk, frame, offset)
  if (!isSpill(slot)) {
    checkBytes(walk, slot, offset, place, size)
    markRead(walk, spilled, spilled.parent, LIVE.READ64)
    if (value !== undefined) loadBytes(walk, access, frame, offset, offset + size)
    return
  }
  const spillSize = spilledBytes(slot)
  let followed = true
  if (size !== 8 || spillSize !== 8) {
    if (spilled.type !== TYPE.SCALAR) {
      writeSourceLine(walk, walk.at, "; ")
      reject(walk, ERRNO.EACCES, "invalid size of register fill", "spill")
    }
    markRead(walk, spilled, spilled.parent, LIVE.READ64)
    if (value === undefined) return
    followed = fillPart(walk, access, slot, offset, place, spillSize)
  } else if (value !== undefined) {
    const target = currentFrame(walk.state).registers[value]!
    copyRegister(target, spilled)
    target.live |= LIVE.WRITTEN
  } else if (!walk.privileges.perfmon && spilled.type !== TYPE.SCALAR)
    reject(walk, ERRNO.EACCES, `leaking pointer from stack off ${offset}`, "pointer-leak")
  markRead(walk, spilled, spilled.parent, LIVE.READ64)
  if (followed) rememberStackAccess(walk, frame.number, index)
}

function spilledBytes(slot: StackSlot): number {
  let size = 1
  for (let byte = 7; byte > 0 && byteKind(slot, byte - 1) === BYTE.SPILL; byte--) size++
  return size
}

/** Part of a spilled number; true when the register's value came from the spill. */
function fillPart(
  walk: Walk,
  access: Access,
  slot: StackSlot,
  offset: number,
  place: number,
  spillSize: number,
): boolean {
  const { size } = access
  const target = currentFrame(walk.state).registers[access.value!]!
  const spilled = slot.register
  target.live |= LIVE.WRITTEN
  const { anySpill } = walk.rules
  if ((anySpill ? size <= spillSize : size === spillSize) && offset % 8 === 0) {
    const { lowWrittenAt } = target
    copyRegister(target, spilled)
    target.lowWrittenAt = lowWrittenAt
    if (anySpill && spilled.scalar.width > size * 8) target.id = 0
    return true
  }
  checkBytes(walk, slot, offset, place, size)
  if (!anySpill) {
    setScalar(target, UNKNOWN, !walk.privileges.bpf)
    return false
  }
  let spills = 0
  let zeros = 0
  for (let index = 0; index < size; index++) {
    const kind = byteKind(slot, (place - index) & 7)
    if (kind === BYTE.SPILL) spills++
    else if (kind === BYTE.ZERO) zeros++
  }
  const spillsZero = spills === size && isKnownZero(spilled)
  setScalar(target, spillsZero || zeros === size ? ZERO : UNKNOWN, !walk.privileges.bpf)
  return spillsZero
}

/** Every byte was written; programs that may see addresses may read others too. */
function checkBytes(walk: Walk, slot: StackSlot, offset: number, place: number, size: number): void {
  const spill = isSpill(slot)
  for (let index = 0; index < size; index++) {
    const kind = byteKind(slot, (place - index) & 7)
    const mayBeZero = walk.rules.anySpill || !spill
    if (kind === BYTE.MISC || (kind === BYTE.ZERO && mayBeZero) || (kind === BYTE.SPILL && spill)) continue
    if (kind === BYTE.INVALID && walk.privileges.perfmon) continue
    reject(
      walk,
      ERRNO.EACCES,
      `invalid read from stack off ${offset}+${index} size ${size}`,
      "uninitialised-stack",
    )
  }
}

/** A number made of bytes from `start` up to `end`: zero when all of them are. */
function loadBytes(walk: Walk, access: Access, frame: Frame, start: number, end: number): void {
  const target = currentFrame(walk.state).registers[access.value!]!
  let zeros = 0
  for (let offset = start; offset < end; offset++) {
    const place = -offset - 1
    touchSlot(walk, place >> 3)
    if (byteKind(frame.stack[place >> 3]!, place & 7) !== BYTE.ZERO) break
    zeros++
  }
  const isZero = zeros === end - start
  // Before 6.8 the way of zeros through the stack was not followed.
  setScalar(target, isZero ? ZERO : UNKNOWN, !walk.privileges.bpf || (isZero && !walk.rules.precisionOfCalls))
  target.live |= LIVE.WRITTEN
}
