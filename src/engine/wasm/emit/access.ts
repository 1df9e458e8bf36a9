import type { AccessSize } from "../../../isa/index.ts"
import type { Arena } from "../../arena.ts"
import { FRAME_BYTES, UNUSED_BYTES } from "../../machine.ts"
import type { Step } from "../flow/blocks.ts"
import { frameOffset } from "../flow/registers.ts"
import { FAULT, LOCAL } from "../layout.ts"
import { emitArenaAddress } from "./arena.ts"
import type { FunctionContext } from "./context.ts"
import { emitFault } from "./fault.ts"
import { emitAnywhere } from "./frame.ts"
import type { FunctionCode } from "./function-code.ts"
import { emitPast, pushLow, pushRegister } from "./operands.ts"

export interface Access {
  readonly kind: "load" | "store" | "atomic"
  readonly size: AccessSize
  readonly base: number
  readonly offset: number
}

/**
 * Checks an access and lets `body` write it: `push` leaves its 32-bit address on the stack and gives the constant that
 * the access adds to it. The function's own frame needs no check.
 */
export function emitAccess(
  code: FunctionCode,
  access: Access,
  step: Step,
  context: FunctionContext,
  body: (push: () => number) => void,
): void {
  const frame = frameOffset(access.base)
  if (frame !== undefined && access.offset >= -FRAME_BYTES && access.offset + access.size <= 0)
    body(() => pushFrameAddress(code, frame + access.offset))
  else if (context.inside.has(step)) body(() => pushAddress(code, access))
  else if (context.arena) emitMaybeArena(code, access, step, context, context.arena, body)
  else emitChecked(code, access, step, context, body)
}

/** Numbers that are not negative are left to the access. */
function pushFrameAddress(code: FunctionCode, distance: number): number {
  code.get(LOCAL.frame)
  if (distance >= 0) return distance
  code.i32(distance).op("i32.add")
  return 0
}

function pushAddress(code: FunctionCode, { base, offset }: Access): number {
  pushLow(code, base)
  if (offset >= 0) return offset
  code.i32(offset).op("i32.add")
  return 0
}

/** With a check, unless one on the way here serves this access too. */
function emitChecked(
  code: FunctionCode,
  { kind, size, base, offset }: Access,
  step: Step,
  context: FunctionContext,
  body: (push: () => number) => void,
): void {
  const isWrite = kind !== "load"
  const isChecked = code.checked.has(base, offset, offset + size, isWrite)
  // With a checked access the distance from the good addresses is at hand already.
  const isAtHand = isWrite && !isChecked && context.slots.length === 0
  if (!isChecked) {
    const update = code.updates.get(step)
    const start = update ? UNUSED_BYTES : startOf(kind)
    pushSum(code, base, offset - start)
    if (isAtHand) code.tee(LOCAL.value)
    emitPast(code, context.memoryBytes - size - start)
    code.open("if")
    const push = (): void => pushSum(code, base, offset)
    if (update) emitUpdateFault(code, update, size, push)
    emitFault(code, FAULT[kind] + size, step.slot, push)
    code.op("end")
    code.checked.add(base, offset, offset + size, isWrite || update !== undefined)
  }
  const access = (): void =>
    body(() => {
      if (isAtHand) {
        code.get(LOCAL.value).op("i32.wrap_i64")
        return UNUSED_BYTES
      }
      pushLow(code, base)
      if (offset !== 0) code.i32(offset).op("i32.add")
      return 0
    })
  if (context.slots.length === 0) access()
  else emitAnywhere(code, context, () => pushSum(code, base, offset), access)
}

/** The unused beginning may be read, so there it is the write that fails. */
function emitUpdateFault(
  code: FunctionCode,
  { operation, slot }: Step,
  size: number,
  push: () => void,
): void {
  push()
  code.i64(UNUSED_BYTES).op("i64.lt_u").open("if")
  emitFault(code, FAULT[operation.kind === "atomic" ? "atomic" : "store"] + size, slot, push)
  code.op("end")
}

/** In programs with an arena: what is no other memory may be its own, which LOCAL.value becomes an address of. */
function emitMaybeArena(
  code: FunctionCode,
  access: Access,
  { slot }: Step,
  context: FunctionContext,
  arena: Arena,
  body: (push: () => number) => void,
): void {
  const { kind, size, base, offset } = access
  const start = startOf(kind)
  pushSum(code, base, offset)
  code.tee(LOCAL.value)
  if (start > 0) code.i64(start).op("i64.sub")
  emitPast(code, context.memoryBytes - size - start)
  code.open("if")
  emitArenaAddress(code, arena, access, () =>
    emitFault(code, FAULT[kind] + size, slot, () => code.get(LOCAL.value)),
  )
  code.op("end")
  const write = (): void =>
    body(() => {
      code.get(LOCAL.value).op("i32.wrap_i64")
      return 0
    })
  if (context.slots.length === 0) write()
  else emitAnywhere(code, context, () => code.get(LOCAL.value), write)
}

/** Loads of the unused beginning give its zeros; anything else there is a fault. */
function startOf(kind: Access["kind"]): number {
  return kind === "load" ? 0 : UNUSED_BYTES
}

function pushSum(code: FunctionCode, register: number, offset: number): void {
  pushRegister(code, register)
  if (offset !== 0) code.i64(offset).op("i64.add")
}
