import type { Operand } from "../../../isa/index.ts"
import type { LoopCharge, LoopLimit, LoopRefund } from "../flow/blocks.ts"
import { FAULT, LOCAL } from "../layout.ts"
import { emitFault } from "./fault.ts"
import type { FunctionCode } from "./function-code.ts"
import { push32, push64, pushLow, pushRegister } from "./operands.ts"

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
export function emitLoopCharge(
  code: FunctionCode,
  { counter, ahead, start, step, by, cost, isShort }: LoopCharge,
  slot: number,
): void {
  code.get(LOCAL.fuel)
  const end: Operand = { kind: "register", register: counter }
  const [from, to] = step > 0 ? [start, end] : [end, start]
  if (isShort) {
    push32(code, to)
    push32(code, from)
    code.op("i32.sub")
  } else {
    push64(code, to)
    push64(code, from)
    code.op("i64.sub")
  }
  if (by !== undefined) {
    if (isShort) pushLow(code, by)
    else pushRegister(code, by)
    code.op(isShort ? "i32.div_u" : "i64.div_u")
  }
  if (isShort) code.op("i64.extend_i32_s")
  if (by !== undefined) {
    if (ahead === 0) code.i64(1).op("i64.add")
    if (cost !== 1) code.i64(cost).op("i64.mul")
    emitPay(code, slot)
    return
  }
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

/** Fuel is divided by multiplying with a fraction of so many bits. It has no more than 46 bits. */
const FRACTION_BITS = 16

/** What is left beside whole rounds stays in the fuel. */
export function emitLoopLimit(code: FunctionCode, { counter, step, cost }: LoopLimit): void {
  code.get(LOCAL.fuel)
  if (cost > 1) {
    const fraction = Math.floor(2 ** FRACTION_BITS / cost)
    code.i64(fraction).op("i64.mul").i64(FRACTION_BITS).op("i64.shr_u")
  }
  code.set(LOCAL.value)
  pushRegister(code, counter)
  code.get(LOCAL.value).i64(step).op("i64.mul", "i64.add").set(LOCAL.limit)
  code.get(LOCAL.fuel).get(LOCAL.value).i64(cost).op("i64.mul", "i64.sub").set(LOCAL.fuel)
}

/** Stops a loop whose counter has reached its limit. */
export function emitLimit(code: FunctionCode, counter: number, slot: number): void {
  pushRegister(code, counter)
  code.get(LOCAL.limit).op("i64.eq").open("if")
  emitFault(code, FAULT.fuel, slot)
  code.op("end")
}

export function emitLoopRefund(code: FunctionCode, { counter, step, cost, isAhead }: LoopRefund): void {
  code.get(LOCAL.fuel)
  if (step > 0) {
    code.get(LOCAL.limit)
    pushRegister(code, counter)
  } else {
    pushRegister(code, counter)
    code.get(LOCAL.limit)
  }
  code.op("i64.sub")
  let [odd, shift] = [Math.abs(step), 0]
  for (; odd % 2 === 0; odd /= 2) shift++
  if (shift > 0) code.i64(shift).op("i64.shr_s")
  // The rest divides evenly, so a product with the inverse does it.
  code.i64(BigInt.asIntN(64, inverse(BigInt(odd)) * BigInt(cost))).op("i64.mul", "i64.add")
  if (!isAhead) code.i64(cost).op("i64.sub")
  code.set(LOCAL.fuel)
}

/** Of an odd number, modulo 2^64: Newton's iteration doubles the bits that are right. */
function inverse(odd: bigint): bigint {
  let result = odd
  for (let bits = 3; bits < 64; bits *= 2) result = BigInt.asUintN(64, result * (2n - odd * result))
  return result
}
