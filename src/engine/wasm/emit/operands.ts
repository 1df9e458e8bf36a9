import type { Operand } from "../../../isa/index.ts"
import { frameOffset } from "../flow/registers.ts"
import { LOCAL, localOf } from "../layout.ts"
import type { FunctionCode } from "./function-code.ts"

function pushFrame(code: FunctionCode, offset: number): void {
  code.get(LOCAL.frame)
  if (offset !== 0) code.i32(offset).op("i32.add")
}

/** Puts a register's 64 bits on the stack. */
export function pushRegister(code: FunctionCode, register: number): void {
  const offset = frameOffset(register)
  if (offset === undefined) code.get(localOf(register))
  else {
    pushFrame(code, offset)
    code.op("i64.extend_i32_u")
  }
}

/** Puts a register's low half on the stack. */
export function pushLow(code: FunctionCode, register: number): void {
  const offset = frameOffset(register)
  if (offset !== undefined) pushFrame(code, offset)
  else if (code.lows?.has(register)) code.get(code.lows.localOf(register))
  else code.get(localOf(register)).op("i32.wrap_i64")
}

/** Turns a distance from the lowest good address into whether it is past the last good one; without any it always is. */
export function emitPast(code: FunctionCode, last: number): void {
  if (last < 0) code.op("drop").i32(1)
  else code.i64(last).op("i64.gt_u")
}

export function push64(code: FunctionCode, operand: Operand): void {
  if (operand.kind === "register") pushRegister(code, operand.register)
  else code.i64(operand.value)
}

export function push32(code: FunctionCode, operand: Operand): void {
  if (operand.kind === "register") pushLow(code, operand.register)
  else code.i32(operand.value)
}

export function setRegister(code: FunctionCode, register: number): void {
  code.set(localOf(register))
}

/** Takes 32 bits off the stack. */
export function setLow(code: FunctionCode, register: number): void {
  if (code.lows?.isAlone) {
    code.set(code.lows.localOf(register))
    return
  }
  if (code.lows) code.tee(code.lows.localOf(register))
  code.op("i64.extend_i32_u").set(localOf(register))
}
