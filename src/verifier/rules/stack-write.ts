import {
  constantOf,
  draft,
  forget32,
  forget64,
  isKnown,
  isNull,
  type Scalar,
  sameScalar,
} from "../domain/index.ts"
import { writeSourceLine } from "../log/steps.ts"
import { ERRNO, reject } from "../reject.ts"
import type { Frame } from "../state/frame.ts"
import { markPrecise } from "../state/precision.ts"
import { copyRegister, LIVE, newRegister, type Register, setScalar } from "../state/register.ts"
import { TYPE } from "../state/register-type.ts"
import { rememberStackAccess } from "../state/remember.ts"
import {
  BYTE,
  byteKind,
  isKnownZero,
  isScalarSpill,
  isSpill,
  type StackSlot,
  scrub,
  setByteKind,
} from "../state/stack-slot.ts"
import { currentFrame } from "../state/state.ts"
import { noteStackAccess } from "../walk/fastcall.ts"
import { touchSlot, type Walk } from "../walk/walk.ts"
import { giveId } from "./arithmetic.ts"
import { destroyDynptrAt } from "./dynptrs/slots.ts"
import type { Access } from "./memory.ts"
import { checkStackBounds } from "./stack-bounds.ts"

/** A store to the stack: registers are spilled, so that a load brings them back; other bytes are numbers. */
export function writeStack(walk: Walk, access: Access, offset: number): void {
  const pointer = currentFrame(walk.state).registers[access.base]!
  const frame = walk.state.frames[pointer.frame]!
  checkStackBounds(walk, frame, access.base, pointer, offset, access.size, "write")
  if (isKnown(pointer.scalar)) writeSlot(walk, access, frame, offset + pointer.scalar.nearValue)
  else writeSomewhere(walk, access, frame, offset, pointer.scalar)
}

/** The value that is stored: of a register, or the instruction's own constant. */
function storedValue(walk: Walk, access: Access): Register {
  if (access.value !== undefined) return currentFrame(walk.state).registers[access.value]!
  const value = newRegister()
  setScalar(value, constantOf(walk.code[walk.at]!.imm))
  return value
}

function storesConstant(walk: Walk, access: Access): boolean {
  return access.value === undefined && (walk.code[walk.at]!.opcode & 0x67) === 0x62
}

function writeSlot(walk: Walk, access: Access, frame: Frame, offset: number): void {
  const { size } = access
  const place = -offset - 1
  const index = place >> 3
  const slot = frame.stack[index]!
  const kept = isSpill(slot) && !(walk.rules.numbersOverwritten && isScalarSpill(slot))
  if (!walk.privileges.perfmon && kept && size !== 8)
    reject(walk, ERRNO.EACCES, "attempt to corrupt spilled pointer on stack", "spill")
  destroyDynptrAt(walk, frame, index)
  noteStackAccess(walk, frame, offset)
  touchSlot(walk, index)
  const value = access.value === undefined ? undefined : storedValue(walk, access)
  const aligned = offset % 8 === 0
  if (aligned && walk.privileges.bpf && value?.type === TYPE.SCALAR && isFollowed(walk, value)) {
    const fits = value.scalar.width <= size * 8
    if (!walk.rules.precisionOfCalls) {
      if (walk.code[walk.at]!.dst !== 10) markPrecise(walk, access.value!)
    } else if (fits) giveId(walk, value)
    spill(slot, value, size, walk)
    if (!fits) slot.register.id = 0
  } else if (
    aligned &&
    walk.privileges.bpf &&
    storesConstant(walk, access) &&
    isFollowed(walk, storedValue(walk, access))
  )
    spill(slot, storedValue(walk, access), size, walk)
  else if (value && value.type !== TYPE.SCALAR) {
    if (size !== 8) {
      writeSourceLine(walk, walk.at, "; ")
      reject(walk, ERRNO.EACCES, "invalid size of register spill", "spill")
    }
    if (frame !== currentFrame(walk.state) && value.type === TYPE.STACK)
      reject(walk, ERRNO.EINVAL, "cannot spill pointers to stack into stack frame of the caller", "spill")
    spill(slot, value, size, walk)
  } else {
    writeBytes(walk, access, slot, place)
    return
  }
  rememberStackAccess(walk, frame.number, index)
}

/** Before 6.9 numbers of which nothing is known, and zeros, were written as bytes. */
function isFollowed({ rules }: Walk, { scalar }: Register): boolean {
  return rules.anySpill || (!isNull(scalar) && !isUnbounded(scalar))
}

function isUnbounded(s: Scalar): boolean {
  const d = draft(s)
  forget64(d)
  forget32(d)
  return sameScalar(d, s)
}

function spill(slot: StackSlot, value: Register, size: number, { rules }: Walk): void {
  copyRegister(slot.register, value)
  if (size === 8) slot.register.live |= LIVE.WRITTEN
  for (let byte = 7; byte >= 8 - size; byte--) setByteKind(slot, byte, BYTE.SPILL)
  // The rest loses its meaning; bytes never written stay so.
  for (let byte = 7 - size; byte >= 0; byte--) {
    const kind = byteKind(slot, byte)
    if ((kind === BYTE.ZERO && rules.anySpill) || kind === BYTE.INVALID) continue
    setByteKind(slot, byte, BYTE.MISC)
  }
}

function writeBytes(walk: Walk, access: Access, slot: StackSlot, place: number): void {
  slot.register.type = TYPE.NOT_INIT
  if (isSpecial(walk, slot)) for (let byte = 0; byte < 8; byte++) scrub(slot, byte)
  // A slot that is written in part may be read in part: it does not screen reads.
  if (access.size === 8) slot.register.live |= LIVE.WRITTEN
  let kind: number = BYTE.MISC
  if (storesZero(walk, access)) {
    if (access.value !== undefined) markPrecise(walk, access.value)
    kind = BYTE.ZERO
  }
  for (let index = 0; index < access.size; index++) setByteKind(slot, (place - index) & 7, kind)
}

function isSpecial({ rules }: Walk, slot: StackSlot): boolean {
  const kind = byteKind(slot, 7)
  return kind === BYTE.SPILL || (rules.dynptrGuards && kind === BYTE.DYNPTR) || kind === BYTE.ITERATOR
}

function storesZero(walk: Walk, access: Access): boolean {
  if (access.value !== undefined) return isKnownZero(storedValue(walk, access))
  return storesConstant(walk, access) && walk.code[walk.at]!.imm === 0
}

/** A store at a variable offset may hit any slot of its range: all of them lose what was known. */
function writeSomewhere(walk: Walk, access: Access, frame: Frame, offset: number, scalar: Scalar): void {
  const least = scalar.nearSmin + offset
  const end = scalar.nearSmax + offset + access.size
  const zero = storesZero(walk, access)
  let keptZero = false
  for (let at = least; at < end; at++) destroyDynptrAt(walk, frame, (-at - 1) >> 3)
  noteStackAccess(walk, frame, least)
  for (let at = least; at < end; at++) {
    const place = -at - 1
    const slot = frame.stack[place >> 3]!
    const byte = place & 7
    let kind = byteKind(slot, byte)
    touchSlot(walk, place >> 3)
    if (!walk.privileges.perfmon && kind !== BYTE.MISC && kind !== BYTE.ZERO)
      reject(
        walk,
        ERRNO.EINVAL,
        `spilled ptr in range of var-offset stack write; insn ${walk.at}, ptr off: ${at}`,
        "spill",
      )
    if (
      zero &&
      walk.rules.anySpill &&
      kind === BYTE.SPILL &&
      isScalarSpill(slot) &&
      isKnownZero(slot.register)
    ) {
      keptZero = true
      continue
    }
    slot.register.type = TYPE.NOT_INIT
    if (walk.rules.wholeSlots && isSpecial(walk, slot)) {
      for (let each = 0; each < 8; each++) scrub(slot, each)
      kind = byteKind(slot, byte)
    }
    const stays = zero && kind === BYTE.ZERO
    keptZero ||= stays
    setByteKind(slot, byte, stays ? BYTE.ZERO : BYTE.MISC)
  }
  if (keptZero && access.value !== undefined) markPrecise(walk, access.value)
}
