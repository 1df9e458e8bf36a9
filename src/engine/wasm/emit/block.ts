import type { OperationOf } from "../../../isa/index.ts"
import type { Block, Step } from "../flow/blocks.ts"
import { FAULT, LOCAL, localOf } from "../layout.ts"
import { pointsTo } from "../natives.ts"
import { emitCast } from "./arena.ts"
import { emitAlu, emitByteOrder, emitComparison, emitMove, emitNegate } from "./arithmetic.ts"
import { emitCall, emitExit, emitPacketLoad } from "./calls.ts"
import type { FunctionContext } from "./context.ts"
import { emitFault } from "./fault.ts"
import { emitLoopCharge, emitLoopLimit, emitLoopRefund } from "./fuel.ts"
import type { FunctionCode } from "./function-code.ts"
import { emitAtomic, emitLoad, emitStore } from "./memory.ts"
import { setLow } from "./operands.ts"
import { updatesIn } from "./updates.ts"

/** A block's operations but for the jump at its end. Behind an exit or a fault nothing follows. */
export function emitBlock(code: FunctionCode, { steps, left }: Block, context: FunctionContext): void {
  code.updates = updatesIn(steps)
  for (const step of steps) {
    code.lows?.start(step)
    emitStep(code, step, context)
    code.checked.pass(step, context.slots)
    const bytes = pointsTo(context.nativeCalls.get(step)?.call)
    if (bytes !== undefined) code.checked.answer(step, bytes)
    code.lows?.pass(step)
  }
  if (left !== undefined) emitFault(code, FAULT.left, left)
}

/** Leaves on the stack whether the branch at a block's end is taken. */
export function emitCondition(code: FunctionCode, { steps, slot }: Block, { short }: FunctionContext): void {
  const last = steps.at(-1)
  const operation = last?.operation
  if (operation?.kind === "branch") emitComparison(code, operation, short.has(last!) ? 32 : operation.width)
  else if (operation?.kind === "mayGoto") {
    code.get(LOCAL.loopsLeft).op("i32.eqz")
    code.get(LOCAL.loopsLeft).get(LOCAL.loopsLeft).i32(0).op("i32.ne", "i32.sub").set(LOCAL.loopsLeft)
  } else throw new Error(`BUG: the block that starts at slot ${slot} has no branch`)
}

function emitStep(code: FunctionCode, step: Step, context: FunctionContext): void {
  const { operation, slot } = step
  switch (operation.kind) {
    case "alu":
      emitAlu(code, operation)
      break
    case "negate":
      emitNegate(code, operation)
      break
    case "move":
      emitMove(code, operation)
      break
    case "addressSpaceCast":
      emitCast(code, operation, context)
      break
    case "byteOrder":
      emitByteOrder(code, operation)
      break
    case "load64":
      emitLoad64(code, operation, slot)
      break
    case "load":
      emitLoad(code, operation, step, context)
      break
    case "loadAcquire":
      emitLoad(code, { ...operation, signed: false }, step, context)
      break
    case "store":
      emitStore(code, operation, step, context)
      break
    case "storeRelease":
      emitStore(code, { ...operation, source: { kind: "register", register: operation.src } }, step, context)
      break
    case "atomic":
      emitAtomic(code, operation, step, context)
      break
    case "packetLoad":
      emitPacketLoad(code, operation, slot, context)
      break
    case "call":
      emitCall(code, operation, step, context)
      break
    case "exit":
      emitExit(code, context)
      break
    case "invalid":
      emitFault(code, FAULT.invalid, slot)
      break
    case "loopCharge":
      emitLoopCharge(code, operation, slot)
      break
    case "loopLimit":
      emitLoopLimit(code, operation)
      break
    case "loopRefund":
      emitLoopRefund(code, operation)
      break
    case "jump":
    case "branch":
    case "mayGoto":
      break
    default:
      operation satisfies never
  }
}

function emitLoad64(code: FunctionCode, { dst, value }: OperationOf<"load64">, slot: number): void {
  if (value.kind === "immediate" && code.lows?.isAlone) {
    code.i32(Number(BigInt.asIntN(32, value.value)))
    setLow(code, dst)
  } else if (value.kind === "immediate") code.i64(value.value).set(localOf(dst))
  else if (value.kind === "function") code.i64(value.target).set(localOf(dst))
  else emitFault(code, FAULT.invalid, slot)
}
