import type { OperationOf } from "../../../isa/index.ts"
import type { Block, LoopCharge, Step } from "../flow/blocks.ts"
import { FAULT, LOCAL, localOf } from "../layout.ts"
import { emitCast } from "./arena.ts"
import { emitAlu, emitByteOrder, emitComparison, emitMove, emitNegate } from "./arithmetic.ts"
import { emitCall, emitExit, emitPacketLoad } from "./calls.ts"
import type { FunctionContext } from "./context.ts"
import type { FunctionCode } from "./function-code.ts"
import { emitAtomic, emitFault, emitLoad, emitStore } from "./memory.ts"
import { pushRegister } from "./operands.ts"

/** A block's operations but for the jump at its end. Behind an exit or a fault nothing follows. */
export function emitBlock(code: FunctionCode, { steps, left }: Block, context: FunctionContext): void {
  for (const step of steps) {
    emitStep(code, step, context)
    code.lows?.pass(step)
  }
  if (left !== undefined) emitFault(code, FAULT.left, left)
}

/** Leaves on the stack whether the branch at a block's end is taken. */
export function emitCondition(code: FunctionCode, { steps, slot }: Block): void {
  const operation = steps.at(-1)?.operation
  if (operation?.kind === "branch") emitComparison(code, operation)
  else if (operation?.kind === "mayGoto") {
    code.get(LOCAL.loopsLeft).op("i32.eqz")
    code.get(LOCAL.loopsLeft).get(LOCAL.loopsLeft).i32(0).op("i32.ne", "i32.sub").set(LOCAL.loopsLeft)
  } else throw new Error(`BUG: the block that starts at slot ${slot} has no branch`)
}

/** Takes fuel for `count` instructions from `slot` on. */
export function emitCharge(code: FunctionCode, count: number, slot: number): void {
  code.get(LOCAL.fuel).i64(count)
  emitPay(code, slot)
}

/** Takes what is on the stack from the fuel below it. */
function emitPay(code: FunctionCode, slot: number): void {
  code.op("i64.sub").tee(LOCAL.fuel).i64(0).op("i64.lt_s").open("if")
  emitFault(code, FAULT.fuel, slot)
  code.op("end")
}

/** Takes fuel for the rounds that a loop went, which its counter tells. */
function emitLoopCharge(
  code: FunctionCode,
  { counter, ahead, start, step, cost }: LoopCharge,
  slot: number,
): void {
  code.get(LOCAL.fuel)
  const pushStart = (): void =>
    void (start.kind === "register" ? pushRegister(code, start.register) : code.i64(start.value))
  if (step > 0) {
    pushRegister(code, counter)
    pushStart()
  } else {
    pushStart()
    pushRegister(code, counter)
  }
  code.op("i64.sub")
  // The first round has gone without a step.
  const extra = Math.abs(step) - Math.sign(step) * ahead
  if (extra !== 0) code.i64(extra).op("i64.add")
  const size = Math.abs(step)
  if (cost % size === 0) {
    if (cost !== size) code.i64(cost / size).op("i64.mul")
  } else {
    const shift = Math.log2(size)
    if (Number.isInteger(shift)) code.i64(shift).op("i64.shr_u")
    else code.i64(size).op("i64.div_u")
    if (cost !== 1) code.i64(cost).op("i64.mul")
  }
  emitPay(code, slot)
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
    case "jump":
    case "branch":
    case "mayGoto":
      break
    default:
      operation satisfies never
  }
}

function emitLoad64(code: FunctionCode, { dst, value }: OperationOf<"load64">, slot: number): void {
  if (value.kind === "immediate") code.i64(value.value).set(localOf(dst))
  else if (value.kind === "function") code.i64(value.target).set(localOf(dst))
  else emitFault(code, FAULT.invalid, slot)
}
