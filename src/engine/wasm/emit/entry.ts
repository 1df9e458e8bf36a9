import { FRAME_BYTES, UNUSED_BYTES } from "../../machine.ts"
import type { FunctionDefinition } from "../encode/module.ts"
import type { Signature } from "../flow/signatures.ts"
import { bpfFunction, GLOBAL, LOCAL, localOf, localTypes } from "../layout.ts"
import type { Conditions } from "../optimise/optimise.ts"
import type { Window } from "../optimise/windows.ts"
import { emitCharge } from "./fuel.ts"
import { FunctionCode } from "./function-code.ts"
import { emitPast } from "./operands.ts"

/** Goes on in another function, with the same arguments, unless all conditions hold. */
export function emitConditions(
  code: FunctionCode,
  conditions: Conditions,
  hasSlots: boolean,
  memoryBytes: number,
  otherwise: number,
  parameters: number,
): void {
  const broken = [
    ...(conditions.fuel > 0 ? [() => tooLittleFuel(code, conditions.fuel)] : []),
    ...(conditions.innerFrames > 0 ? [() => tooFewFrames(code, conditions.innerFrames)] : []),
    ...conditions.windows.flatMap(window => [
      () => outsideMemory(code, window, memoryBytes),
      ...(hasSlots ? [() => overFrames(code, window, conditions.innerFrames)] : []),
    ]),
  ]
  broken.forEach((push, index) => {
    push()
    if (index > 0) code.op("i32.or")
  })
  if (broken.length === 0) return
  code.open("if")
  code.get(LOCAL.frame)
  for (let register = 1; register <= parameters; register++) code.get(localOf(register))
  code.call(otherwise).op("return", "end")
}

function tooLittleFuel(code: FunctionCode, fuel: number): void {
  code.getGlobal(GLOBAL.fuel).i64(fuel).op("i64.lt_s")
}

function tooFewFrames(code: FunctionCode, frames: number): void {
  code
    .get(LOCAL.frame)
    .i32(frames * FRAME_BYTES)
    .op("i32.sub")
    .getGlobal(GLOBAL.frameLimit)
    .op("i32.lt_u")
}

function pushPlace(code: FunctionCode, register: number, distance: number): void {
  if (register === 0) code.i64(distance)
  else {
    code.get(localOf(register))
    if (distance !== 0) code.i64(distance).op("i64.add")
  }
}

function outsideMemory(code: FunctionCode, { register, start, end }: Window, memoryBytes: number): void {
  pushPlace(code, register, start - UNUSED_BYTES)
  emitPast(code, memoryBytes - UNUSED_BYTES - (end - start))
}

function overFrames(code: FunctionCode, { register, start, end }: Window, innerFrames: number): void {
  pushPlace(code, register, end)
  code
    .get(LOCAL.frame)
    .i32(innerFrames * FRAME_BYTES)
    .op("i32.sub", "i64.extend_i32_u", "i64.gt_u")
  pushPlace(code, register, start)
  code.get(LOCAL.frame).i32(FRAME_BYTES).op("i32.add", "i64.extend_i32_u", "i64.lt_u", "i32.and")
}

/** How a function that its callers pay for is started from outside. */
export function payingFunction(
  name: string,
  start: number,
  { parameters, cost = 0 }: Signature,
  number: number,
): FunctionDefinition {
  const code = new FunctionCode()
  code.getGlobal(GLOBAL.fuel).set(LOCAL.fuel)
  emitCharge(code, cost, start)
  code.get(LOCAL.fuel).setGlobal(GLOBAL.fuel)
  code.get(LOCAL.frame)
  for (let register = 1; register <= parameters; register++) code.get(localOf(register))
  code.call(number).op("end")
  return { name, type: bpfFunction(parameters), locals: localTypes(parameters), code: code.bytes }
}
