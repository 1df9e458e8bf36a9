import { FRAME_POINTER, type Operand } from "../../../isa/index.ts"
import { FRAME_BYTES } from "../../machine.ts"
import type { CodeWriter } from "../encode/code-writer.ts"
import { LOCAL, REGISTERS } from "../layout.ts"

/** Puts a register's 64 bits on the stack. */
export function pushRegister(code: CodeWriter, register: number): void {
  if (register === FRAME_POINTER) code.get(LOCAL.frame).i32(FRAME_BYTES).op("i32.add", "i64.extend_i32_u")
  else code.get(REGISTERS[register]!)
}

/** Puts a register's low half on the stack. */
export function pushLow(code: CodeWriter, register: number): void {
  if (register === FRAME_POINTER) code.get(LOCAL.frame).i32(FRAME_BYTES).op("i32.add")
  else code.get(REGISTERS[register]!).op("i32.wrap_i64")
}

export function push64(code: CodeWriter, operand: Operand): void {
  if (operand.kind === "register") pushRegister(code, operand.register)
  else code.i64(operand.value)
}

export function push32(code: CodeWriter, operand: Operand): void {
  if (operand.kind === "register") pushLow(code, operand.register)
  else code.i32(operand.value)
}

export function setRegister(code: CodeWriter, register: number): void {
  code.set(REGISTERS[register]!)
}

/** Takes 32 bits off the stack. */
export function setLow(code: CodeWriter, register: number): void {
  code.op("i64.extend_i32_u").set(REGISTERS[register]!)
}
